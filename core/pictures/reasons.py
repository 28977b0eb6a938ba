"""The reason why a store cannot be used, in one line that names the setting to correct.

The library's own messages have many lines, and speak of its sources rather than of the settings.
"""

import re

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: (\w+)\)")
_REQUEST = re.compile(r"Error performing [A-Z]+ (https?://)([^/\s]+)(\S*)")
_CAUSE = re.compile(r'(?:message|error): "([^"\n]+)"')
_KIND = re.compile(r"^Generic \w+ error: ")
_USER = re.compile(r"(?<=://)[^/@\s]*@")
# Paths at which a cloud machine asks for its credentials, when none are in the environment.
_CREDENTIALS_PATHS = ("/latest/", "/metadata/identity/", "/computeMetadata/")
_PANICS = ("RustPanic", "PanicException")
_AZURE_FORM = "the address is az://container/prefix, and AZURE_STORAGE_ACCOUNT_NAME names the account"


def reason_of(error: BaseException) -> str:
    """The reason of the library's error in one line, without keys, or users and passwords in addresses."""
    text = _USER.sub("", str(error))
    first_line = _KIND.sub("", text.partition("\n")[0]).strip()
    if type(error).__name__ in _PANICS:
        return "an address or a key in the environment has characters that none has"
    if "Account must be specified" in first_line:
        return f"no account; {_AZURE_FORM}"
    return _of_request(text, first_line) or _of_answer(text) or first_line or type(error).__name__


def _of_request(text: str, first_line: str) -> str | None:
    """The reason of a request that had no answer, or asked for credentials; None for other errors."""
    request = _REQUEST.search(first_line)
    if not request:
        return None
    scheme, host, path = request.groups()
    if path.startswith(_CREDENTIALS_PATHS):
        return "no credentials are set in the environment, and this machine has none of its own"
    if _STATUS.search(first_line):
        return None
    problem = first_line.rpartition(" - ")[2]
    if "builder error" in problem and scheme == "http://":
        return f"http://{host} is not encrypted; AWS_ALLOW_HTTP=true (AZURE_ALLOW_HTTP=true) allows it"
    cause = _CAUSE.search(text)
    return f"{scheme}{host} cannot be reached: {cause[1] if cause else problem}"


def _of_answer(text: str) -> str | None:
    """The reason of an answer with an error status; None without an answer."""
    status, code = _STATUS.search(text), _CODE.search(text)
    name = code and (code[1] or code[2])
    answer = " ".join(part for part in (status and status[1], name) if part)
    if name == "ContainerNotFound":
        return f"there is no such container ({answer}); {_AZURE_FORM}"
    if answer.startswith("404"):
        return f"there is no such bucket ({answer})"
    if answer.startswith(("401", "403", "AccessDenied")):
        return f"access is refused ({answer})"
    return f"it answers with an error ({answer})" if answer else None
