"""One module for each Graph resource; each offers ROUTES, a table of what it answers."""

from outlook_connector.sandbox.graph.resources import (
    actions,
    attachments,
    categories,
    delta,
    extensions,
    folders,
    mailtips,
    messages,
    overrides,
    profile,
    purging,
    replies,
    rules,
    sendmail,
    settings,
    supported,
    translation,
    uploads,
)
from outlook_connector.sandbox.graph.routing import Route

ROUTES: tuple[Route, ...] = (
    *profile.ROUTES,
    *folders.ROUTES,
    *messages.ROUTES,
    *actions.ROUTES,
    *replies.ROUTES,
    *sendmail.ROUTES,
    *attachments.ROUTES,
    *uploads.ROUTES,
    *categories.ROUTES,
    *settings.ROUTES,
    *supported.ROUTES,
    *rules.ROUTES,
    *overrides.ROUTES,
    *mailtips.ROUTES,
    *translation.ROUTES,
    *purging.ROUTES,
    *extensions.ROUTES,
    *delta.ROUTES,
)
