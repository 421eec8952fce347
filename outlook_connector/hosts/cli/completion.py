"""``completion``: the shell's own script for completing commands, options and operation names."""

import click
from click.shell_completion import get_completion_class

from ...errors import InvalidInput
from .output import write

VARIABLE = "_OUTLOOK_CONNECTOR_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash:  eval "$(outlook-connector completion bash)"     in ~/.bashrc
    zsh:   eval "$(outlook-connector completion zsh)"      in ~/.zshrc
    fish:  outlook-connector completion fish | source      in ~/.config/fish/config.fish
    """
    kind = get_completion_class(shell)
    root = context.find_root()
    if kind is None:
        raise InvalidInput(f"There is no completion for {shell}.")
    write(kind(root.command, {}, root.info_name or "outlook-connector", VARIABLE).source().strip())
