"""A small integration project that uses the connector: an HTTP API which lists unread mail, sends one and polls."""

from xml.sax.saxutils import escape

from .forms import DEFAULT_CONNECTION
from .templates import HEAD, NAME, SYNAPSE

ARTIFACTS = "src/main/wso2mi/artifacts"
CONNECTORS = "src/main/wso2mi/resources/connectors"
RUNTIME = "4.4.0"
PLUGIN = "5.4.13"

POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>com.example.outlook</groupId>
    <artifactId>outlook-sample</artifactId>
    <version>{version}</version>
    <packaging>pom</packaging>
    <name>outlook-sample</name>
    <description>Uses the Outlook connector.</description>
    <properties>
        <projectType>integration-project</projectType>
        <project.runtime.version>{runtime}</project.runtime.version>
        <car.plugin.version>{plugin}</car.plugin.version>
        <fat.car.enable>false</fat.car.enable>
    </properties>
    <repositories>
        <repository>
            <id>wso2-nexus</id>
            <url>https://maven.wso2.org/nexus/content/groups/wso2-public/</url>
        </repository>
    </repositories>
    <pluginRepositories>
        <pluginRepository>
            <id>wso2-nexus</id>
            <url>https://maven.wso2.org/nexus/content/groups/wso2-public/</url>
        </pluginRepository>
    </pluginRepositories>
    <build>
        <plugins>
            <plugin>
                <groupId>org.wso2.maven</groupId>
                <artifactId>vscode-car-plugin</artifactId>
                <version>${{car.plugin.version}}</version>
                <extensions>true</extensions>
                <executions>
                    <execution>
                        <phase>compile</phase>
                        <goals>
                            <goal>car</goal>
                        </goals>
                    </execution>
                </executions>
            </plugin>
        </plugins>
    </build>
</project>
"""

ENTRY = """\
<localEntry xmlns="{synapse}" key="{key}">
    <{name}.init>
        <connectionType>{name}</connectionType>
        <name>{key}</name>
        <baseUrl>http://localhost:8080</baseUrl>
        <apiKey></apiKey>
        <connection></connection>
    </{name}.init>
</localEntry>
"""

API = """\
<api xmlns="{synapse}" context="/mail" name="OutlookSample">
    <resource methods="GET" uri-template="/unread">
        <inSequence>
            <{name}.messages_list configKey="{key}">
                <folder>inbox</folder>
                <unread>true</unread>
                <limit>10</limit>
                <select>["subject","from","receivedDateTime"]</select>
                <responseVariable>unread</responseVariable>
                <overwriteBody>true</overwriteBody>
            </{name}.messages_list>
            <respond/>
        </inSequence>
{fault}    </resource>
    <resource methods="POST" uri-template="/send">
        <inSequence>
            <{name}.messages_send configKey="{key}">
                <to>{{${{payload.to}}}}</to>
                <subject>{{${{payload.subject}}}}</subject>
                <body>{{${{payload.text}}}}</body>
                <idempotencyKey>{{${{payload.key}}}}</idempotencyKey>
                <responseVariable>sent</responseVariable>
                <overwriteBody>true</overwriteBody>
            </{name}.messages_send>
            <respond/>
        </inSequence>
{fault}    </resource>
    <resource methods="POST" uri-template="/received">
        <inSequence>
            <{name}.poll_message_received configKey="{key}">
                <folder>inbox</folder>
                <cursor>{{${{payload.cursor}}}}</cursor>
                <responseVariable>received</responseVariable>
                <overwriteBody>true</overwriteBody>
            </{name}.poll_message_received>
            <respond/>
        </inSequence>
{fault}    </resource>
</api>
"""

FAULT = """\
        <faultSequence>
            <property name="TRANSPORT_HEADERS" scope="axis2" action="remove"/>
            <property name="HTTP_SC" scope="axis2" value="502"/>
            <payloadFactory media-type="json">
                <format>{"error": {"message": "The call to the Outlook connector's host failed."}}</format>
                <args/>
            </payloadFactory>
            <property name="messageType" scope="axis2" value="application/json"/>
            <respond/>
        </faultSequence>
"""
"""A call that fails leaves its own headers with the message, the host's key among them, and a response would have them:
https://docs.wso2.com/display/AM260/Remove+Specific+Request+Headers+From+Response"""

README = """\
# outlook-sample

A project for WSO2 Micro Integrator {runtime} and its extension for VS Code. It has not run in one yet.

1. Start the HTTP host beside it: `outlook-connector serve --port 8080`.
2. Open this folder in VS Code with "WSO2 Integrator: MI". The connector lies in `{connectors}`.
3. Build and run, then:

```
curl localhost:8290/mail/unread
curl localhost:8290/mail/send -H "Content-Type: application/json" \\
  -d '{{"to": ["kim@contoso.example"], "subject": "Hello", "text": "From the Micro Integrator", "key": "order-1"}}'
```

The host's address and key stand in `{artifacts}/local-entries/{key}.xml`.
"""


def files(version: str, archive: str) -> dict[str, str]:
    """The project's files by path, without the connector's ``archive`` itself."""
    facts = {
        "synapse": SYNAPSE,
        "fault": FAULT,
        "name": NAME,
        "key": DEFAULT_CONNECTION,
        "version": escape(version),
        "runtime": RUNTIME,
        "plugin": PLUGIN,
        "connectors": f"{CONNECTORS}/{archive}",
        "artifacts": ARTIFACTS,
    }
    return {
        "pom.xml": HEAD + POM.format(**facts),
        f"{ARTIFACTS}/apis/OutlookSample.xml": HEAD + API.format(**facts),
        f"{ARTIFACTS}/local-entries/{DEFAULT_CONNECTION}.xml": HEAD + ENTRY.format(**facts),
        "README.md": README.format(**facts),
    }
