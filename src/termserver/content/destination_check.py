"""Whether a destination names types and paths that there are, and says each thing once."""

from collections.abc import Iterator, Sequence

from termserver.content.destination_files import DestinationSource
from termserver.content.label_check import check_text
from termserver.content.problems import Problem, did_you_mean, error
from termserver.content.yaml_files import Values
from termserver.model.destinations import Sending, Sent
from termserver.model.documents import DocumentType
from termserver.model.text import Text


def check_destination(source: DestinationSource, document_types: Sequence[DocumentType]) -> Iterator[Problem]:
    """The problems of one destination."""
    destination, values = source.destination, source.values
    name = source.file.rsplit("/", 1)[1].removesuffix(".yaml")
    if "id" in values and destination.id != name:
        yield error(
            source.file,
            values.place("id"),
            "destination.file",
            Text(
                fa=f"«{destination.id}» نام فایل، «{name}»، نیست.",
                en=f"'{destination.id}' is not the name of the file, '{name}'.",
            ),
            Text(fa=f"بنویسید «{name}».", en=f"Write '{name}', or rename the file."),
        )
    for key in ("title", "receiver"):
        yield from check_text(source.file, values.places, key, values.both(key))
    before: list[Sent] = []
    for sent, said in zip(destination.documents, values.children("documents"), strict=True):
        yield from _sent(source.file, sent, said, document_types)
        if any(one.type == sent.type and _meet(one, sent) for one in before):
            yield error(
                source.file,
                said.place("type"),
                "destination.duplicate",
                Text(fa=f"«{sent.type}» برای یک روز دو بار آمده است.", en=f"'{sent.type}' is there twice for one day."),
                Text(fa="یکی را پاک کنید یا دوره‌ها را جدا کنید.", en="Delete one, or part their periods."),
            )
        before.append(sent)


def _meet(one: Sent, other: Sent) -> bool:
    """Whether two entries have a day in common."""
    late, early = "9999-12-31", "0001-01-01"
    return max(one.period.start or early, other.period.start or early) <= min(
        one.period.end or late, other.period.end or late
    )


def _sent(file: str, sent: Sent, said: Values, document_types: Sequence[DocumentType]) -> Iterator[Problem]:
    for key in ("sender", "purpose"):
        yield from check_text(file, said.places, key, said.both(key))
    if sent.sending is not Sending.FORBIDDEN and not (sent.sender.fa and sent.purpose.fa):
        yield error(
            file,
            said.at,
            "destination.purpose",
            Text(
                fa=f"گفته نشده که «{sent.type}» را چه کسی و برای چه می‌فرستد.",
                en=f"It is not said who sends '{sent.type}', and for what purpose.",
            ),
            Text(fa="sender و purpose را بنویسید (مادهٔ ۱۹).", en="Write 'sender' and 'purpose' (art. 19)."),
        )
    types = [known for known in document_types if known.id == sent.type]
    if not types:
        yield error(
            file,
            said.place("type"),
            "destination.unknown-type",
            Text(fa=f"نوع سند «{sent.type}» در schemas نیست.", en=f"The document type '{sent.type}' is not there."),
            did_you_mean(
                sent.type,
                [known.id for known in document_types],
                Text(fa="پوشهٔ آن را در schemas بسازید.", en="Describe it in schemas/ first."),
            ),
        )
        return
    if sent.minimum and sent.sending is Sending.FORBIDDEN:
        yield error(
            file,
            said.place("minimum"),
            "destination.minimum-of-nothing",
            Text(fa="آنچه فرستاده نمی‌شود مجموعهٔ کمینه ندارد.", en="What is not sent has no minimum data set."),
            Text(fa="minimum را پاک کنید.", en="Delete 'minimum'."),
        )
    for n, path in enumerate(sent.minimum):
        if not any(known.field(path) for known in types):
            yield error(
                file,
                said.place("minimum", n),
                "destination.unknown-path",
                Text(fa=f"مسیر «{path}» در این نوع سند نیست.", en=f"This document type has no path '{path}'."),
                did_you_mean(
                    path,
                    [known for one in types for known, _ in one.walk()],
                    Text(fa="مسیرها در docs/types است.", en="The paths are listed in docs/types."),
                ),
            )
