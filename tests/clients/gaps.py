"""What the clients cannot do by themselves, and where their own sources say so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """What a client cannot do by itself, and where its own source says so.

    `line` is the line of that `number` in `file`, without its indentation; `file` is below `Foreign.source`. Where the
    client has nothing for it at all, `absent` is a text that no file of the directory `file` holds.
    """

    client: str
    scenario: str
    told: str
    file: str
    number: int = 0
    line: str = ""
    absent: str = ""
    report: str = ""


_CORE = "msgraph_core"
_BATCH = f"{_CORE}/requests"
_TASK = f"{_CORE}/tasks/large_file_upload.py"
_JS = "@microsoft/microsoft-graph-client/lib/es/src"
_PYTHON_CORE = "https://github.com/microsoftgraph/msgraph-sdk-python-core/issues"

GAPS = (
    Gap(
        "msgraph-sdk",
        "send",
        "It says that nothing is to be kept in Sent Items unless it is told otherwise, where Graph's own default is to "
        "keep: `save_to_sent_items` is set.",
        "msgraph/generated/users/item/send_mail/send_mail_post_request_body.py",
        19,
        "save_to_sent_items: Optional[bool] = False",
        report="https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/3167",
    ),
    Gap(
        "msgraph-sdk",
        "attachment",
        "Its `LargeFileUploadTask` expects `first-last` in `nextExpectedRanges`, where Outlook answers the next byte "
        "alone; the pieces go out through its request adapter instead.",
        _TASK,
        163,
        "end = int(range_parts[1]) if len(range_parts) > 1 else 0",
        report=f"{_PYTHON_CORE}/691",
    ),
    Gap(
        "msgraph-sdk",
        "sendMime",
        "Its request body of sendMail is JSON alone; the request that it makes gets the MIME text by hand.",
        "msgraph/generated/users/item/send_mail/send_mail_request_builder.py",
        67,
        'request_info.set_content_from_parsable(self.request_adapter, "application/json", body)',
    ),
    Gap(
        "msgraph-sdk",
        "batch",
        "It leaves each part's address whole, host and all, which Graph refuses: the program cuts it.",
        f"{_BATCH}/batch_request_item.py",
        50,
        "self.url = request_information.url.replace('/users/me-token-to-replace', '/me', 1)",
        report="https://github.com/microsoftgraph/msgraph-sdk-python/issues/1015",
    ),
    Gap(
        "msgraph-sdk",
        "batch",
        "It reads a part's body as base64, so that JSON is lost; the statuses are what it shows.",
        f"{_BATCH}/batch_response_item.py",
        159,
        '"body": lambda x: setattr(self, "body", x.get_bytes_value()),',
    ),
    Gap(
        "O365",
        "sendMime",
        "It sends JSON alone; the MIME text goes out through its connection.",
        "O365/message.py",
        889,
        "data = {self._cc('message'): self.to_api_data()}",
    ),
    Gap(
        "O365",
        "batch",
        "It has no batches (what it calls so are pages); they go through its connection.",
        "O365",
        absent="$batch",
    ),
    Gap(
        "O365",
        "delta",
        "It has no delta of messages; the links are followed through its connection.",
        "O365",
        absent="messages/delta",
    ),
    Gap(
        "O365",
        "rules",
        "It has no rules; they are made through its connection.",
        "O365",
        absent="messageRules",
    ),
    Gap(
        "JavaScript",
        "attachment",
        "Its pieces have 5 MB unless told otherwise, of which Outlook takes 4: `rangeSize` is set.",
        f"{_JS}/tasks/LargeFileUploadTask.js",
        61,
        "this.DEFAULT_FILE_SIZE = 5 * 1024 * 1024;",
    ),
    Gap(
        "JavaScript",
        "batch",
        "It takes the host from each part's address and leaves the version, which Graph refuses: the addresses are "
        "given without one.",
        f"{_JS}/content/BatchRequestContent.js",
        127,
        'requestData.url = hasHttpRegex.test(request.url) ? "/" + '
        "request.url.split(/.*?\\/\\/.*?\\//)[1] : request.url;",
        report="https://github.com/microsoftgraph/msgraph-sdk-javascript/issues/1178",
    ),
)
