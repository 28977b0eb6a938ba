"""What people are told, in English; the screens say it in the language of whoever looks."""


class Sentence(str):
    """One or more sentences that belong together, whole: a translation may order their words anew.

    `template` and `values` are what another language needs.
    """

    def __new__(cls, template: str, /, **values: object) -> "Sentence":
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template = template
        self.values = values
        return self

    template: str
    values: dict[str, object]


def joined(*sentences: Sentence) -> str:
    """One after the other, as the API tells them."""
    return " ".join(sentences)
