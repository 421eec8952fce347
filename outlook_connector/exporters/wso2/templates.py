"""The connector's XML: what it consists of, how a connection is set up, and a Synapse template for each call.

A template clears the message of what came with it, makes the JSON object of those inputs that were given, and posts it
to the HTTP host. ``responseVariable`` and ``overwriteBody`` are the Micro Integrator's: it keeps the answer where the
flow wants it and puts the message back as it was. Nothing is sent twice: the endpoint is neither tried again nor
suspended. (https://mi.docs.wso2.com/en/latest/reference/mediators/payloadfactory-mediator/)
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from ..calls import API_KEY, CONNECTION, Call
from ..inputs import Input, inputs
from .values import TEXTS, value

NAME = "outlook"
SYNAPSE = "http://ws.apache.org/ns/synapse"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

CONNECTION_INPUTS = (
    ("name", "The connection's name."),
    ("baseUrl", "Where the HTTP host is, such as http://localhost:8080."),
    ("apiKey", "One of the host's API keys; empty where it asks for none."),
    ("connection", "Which of the host's connections, where it has several."),
)
ANSWER_INPUTS = (
    ("responseVariable", "The variable that gets the answer."),
    ("overwriteBody", "Whether the answer becomes the message's body."),
)

CALL = """\
        <property name="TRANSPORT_HEADERS" scope="axis2" action="remove"/>
        <property name="REST_URL_POSTFIX" scope="axis2" action="remove"/>
        <property name="NO_ENTITY_BODY" scope="axis2" action="remove"/>
        <property name="messageType" scope="axis2" value="application/json"/>
        <property name="ContentType" scope="axis2" value="application/json"/>
        <header name="Accept" scope="transport" value="application/json"/>
        <filter xpath="string-length($ctx:outlook_connection_apiKey) &gt; 0">
            <then>
                <header name="{key}" scope="transport" expression="$ctx:outlook_connection_apiKey"/>
            </then>
        </filter>
        <filter xpath="string-length($ctx:outlook_connection_name) &gt; 0">
            <then>
                <header name="{connection}" scope="transport" expression="$ctx:outlook_connection_name"/>
            </then>
        </filter>
        <property name="outlook_connection_apiKey" action="remove"/>
        <call>
            <endpoint>
                <http method="post" uri-template="{{+uri.var.outlook.base}}{path}">
                    <suspendOnFailure>
                        <errorCodes>-1</errorCodes>
                        <initialDuration>0</initialDuration>
                        <progressionFactor>1.0</progressionFactor>
                        <maximumDuration>0</maximumDuration>
                    </suspendOnFailure>
                    <markForSuspension>
                        <errorCodes>-1</errorCodes>
                    </markForSuspension>
                </http>
            </endpoint>
        </call>
"""

INIT = """\
    <sequence>
        <property name="uri.var.outlook.base" expression="$func:baseUrl"/>
        <filter xpath="substring($func:baseUrl, string-length($func:baseUrl)) = '/'">
            <then>
                <property name="uri.var.outlook.base"
                          expression="substring($func:baseUrl, 1, string-length($func:baseUrl) - 1)"/>
            </then>
        </filter>
        <property name="outlook_connection_apiKey" action="remove"/>
        <property name="outlook_connection_apiKey" expression="$func:apiKey"/>
        <property name="outlook_connection_name" action="remove"/>
        <property name="outlook_connection_name" expression="$func:connection"/>
    </sequence>
"""

Component = tuple[str, str, str, bool]
"""A template's name, title and description, and whether designers are not shown it."""


def connector(title: str, description: str) -> str:
    """``connector.xml``."""
    return (
        f'{HEAD}<connector>\n    <component name="{NAME}" package="org.wso2.carbon.connector">\n'
        '        <dependency component="config"/>\n        <dependency component="functions"/>\n'
        f"        <description>{escape(description)}</description>\n    </component>\n"
        f"    <icon>icon/icon-small.png</icon>\n    <displayName>{escape(title)}</displayName>\n</connector>\n"
    )


def component(name: str, parts: Iterable[Component]) -> str:
    """A ``component.xml``, which lists the templates beside it."""
    listed = "".join(_part(*part) for part in parts)
    return (
        f'{HEAD}<component name="{name}" type="synapse/template">\n    <subComponents>\n'
        f"{listed}    </subComponents>\n</component>\n"
    )


def _part(name: str, title: str, description: str, hidden: bool) -> str:
    shown = "            <hidden>true</hidden>\n" if hidden else ""
    return (
        f"        <component name={quoteattr(name)}>\n            <file>{name}.xml</file>\n"
        f"            <displayName>{escape(title)}</displayName>\n"
        f"            <description>{escape(description)}</description>\n{shown}        </component>\n"
    )


def init() -> str:
    """``init.xml``, which every call of a connection runs first."""
    return (
        f'{HEAD}<template xmlns="{SYNAPSE}" name="init">\n{_parameters(CONNECTION_INPUTS)}{INIT}</template>\n'
    )


def function(call: Call) -> str:
    """The template of a call."""
    given = inputs(call)
    named = [(one.name, one.description) for one in given]
    return (
        f'{HEAD}<template xmlns="{SYNAPSE}" name="{call.id}">\n{_parameters([*named, *ANSWER_INPUTS])}'
        f"    <sequence>\n{_properties(given)}{_payload(given)}"
        f"{CALL.format(key=API_KEY, connection=CONNECTION, path=call.path)}    </sequence>\n</template>\n"
    )


def _parameters(parameters: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f"    <parameter name={quoteattr(name)} description={quoteattr(description)}/>\n"
        for name, description in parameters
    )


def _properties(given: Iterable[Input]) -> str:
    """FreeMarker sees a message's properties as they are, while arguments come to it escaped already. A property is
    removed first, since setting it to nothing leaves an earlier call's value."""
    return "".join(
        f'        <property name="outlook_{one.name}" action="remove"/>\n'
        f'        <property name="outlook_{one.name}" expression="$func:{one.name}"/>\n'
        for one in given
    )


def _payload(given: Sequence[Input]) -> str:
    """First an empty object, since FreeMarker also reads the body that there is and wants one; then the inputs."""
    helper = TEXTS if any(one.kind == "texts" for one in given) else ""
    lines = "".join(
        f'\n<#if ctx.outlook_{one.name}?has_content>${{next}}"{one.name}": {value(one)}<#assign next=", "></#if>'
        for one in given
    )
    return (
        '        <payloadFactory media-type="json">\n            <format>{}</format>\n            <args/>\n'
        "        </payloadFactory>\n"
        '        <payloadFactory media-type="json" template-type="freemarker">\n'
        f'            <format><![CDATA[{helper}{{<#assign next="">{lines}\n}}]]></format>\n            <args/>\n'
        "        </payloadFactory>\n"
    )
