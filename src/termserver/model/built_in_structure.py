"""The engine's own findings about the structure of a document: its fields, their number, order and types."""

from termserver.model.built_in_finding import BuiltIn
from termserver.model.findings import Layer, Severity
from termserver.model.text import Text

_ERROR, _WARNING, _INFORMATION = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
_STRUCTURE = Layer.STRUCTURE

FINDINGS = (
    BuiltIn(
        "structure.mandatory",
        _STRUCTURE,
        _ERROR,
        6,
        Text(fa="فیلد اجباری نیامده است.", en="A mandatory field is absent."),
        Text(
            fa="گیرنده سند بی این فیلد را نمی‌پذیرد؛ فیلدهای اجباری هر نوع در راهنمای آن است (docs/types).",
            en="The receiver does not take the document without it; docs/types lists those of each type.",
        ),
        "schemas/; exchange.md 5.4",
    ),
    BuiltIn(
        "structure.expected",
        _STRUCTURE,
        _WARNING,
        None,
        Text(fa="فیلد مورد انتظار نیامده است.", en="An expected field is absent."),
        Text(
            fa="تقریباً همهٔ بسته‌های واقعی آن را دارند، ولی جایی نوشته نشده که اجباری است.",
            en="Nearly every real packet carries it, but nobody has written that it must be there.",
        ),
        "schemas/",
    ),
    BuiltIn(
        "structure.empty",
        _STRUCTURE,
        _ERROR,
        6,
        Text(fa="فیلد تهی است.", en="The field is empty."),
        Text(
            fa="متن تهی یا شیء بی‌مقدار مقدار نیست: فیلد اجباری خطاست، فیلد مورد انتظار هشدار، و جز این یادداشت.",
            en="An empty text or an object without content is no value: an error where the field is mandatory, a"
            " warning where it is expected, else a note.",
        ),
        "schemas/; exchange.md 5.4",
    ),
    BuiltIn(
        "structure.unknown-field",
        _STRUCTURE,
        _ERROR,
        4,
        Text(fa="این نوع سند این فیلد را ندارد.", en="The document type has no such field."),
        Text(
            fa="نام نادرست فیلد، مقداری است که گیرنده نمی‌بیند؛ فیلد افزوده، داده‌ای است که نباید فرستاده شود.",
            en="A misspelt field is a value that the receiver does not see; an added one is data nobody asked for.",
        ),
        "schemas/",
    ),
    BuiltIn(
        "structure.spelling",
        _STRUCTURE,
        _WARNING,
        7,
        Text(fa="نام این فیلد به گونهٔ دیگری نوشته شده است.", en="The name of the field is written otherwise."),
        Text(
            fa="نوشتار شناختهٔ دیگری است که در راهنماها و برنامه‌ها دیده شده؛ پذیرفته می‌شود ولی نام درست چیز دیگری است.",
            en="A spelling known from guides and programs: it is accepted, but the right name is another.",
        ),
        "schemas/ (variants)",
    ),
    BuiltIn(
        "structure.type-tolerated",
        _STRUCTURE,
        _WARNING,
        7,
        Text(fa="مقدار از نوع دیگری است که شناخته است.", en="The value is of another type that is known."),
        Text(
            fa="راهنمای گیرنده یا برنامه‌های شناخته آن را چنین می‌فرستند؛ پذیرفته می‌شود ولی نوع درست چیز دیگری است.",
            en="The receiver's own guide or known programs send it so: it is accepted, but the right type is another.",
        ),
        "schemas/ (variants)",
    ),
    BuiltIn(
        "structure.newer-field",
        _STRUCTURE,
        _WARNING,
        None,
        Text(fa="این فیلد از مدل تازه‌تر است.", en="The field is one of the newer model."),
        Text(
            fa="شِما محتوای آن را شرح نمی‌دهد؛ کنار گذاشته شد و بررسی نشد.",
            en="The schema does not describe its content; it is set aside and not checked.",
        ),
        "schemas/newer-fields.csv",
        '"MsgID": {"Version": "2", …}',
        '"MsgID": {…}',
    ),
    BuiltIn(
        "structure.type",
        _STRUCTURE,
        _ERROR,
        16,
        Text(fa="مقدار از نوع درست نیست.", en="The value is not of the right type."),
        Text(
            fa="عدد عدد است و متن متن: کدِ عددی صفر آغازینش را گم می‌کند و عددِ متنی جمع نمی‌شود. رقم‌ها لاتین‌اند.",
            en="Numbers are numbers and text is text: a code sent as a number loses its zero, an amount in text cannot"
            " be added. Digits are 0-9.",
        ),
        "schemas/",
    ),
    BuiltIn(
        "structure.subtype",
        _STRUCTURE,
        _ERROR,
        4,
        Text(fa="این گونه اینجا نمی‌آید.", en="This kind does not belong here."),
        Text(fa="xsi:type یا $type باید یکی از گونه‌های کلاس باشد.", en="xsi:type or $type names a form of the class."),
        "schemas/",
    ),
    BuiltIn(
        "structure.repeated",
        _STRUCTURE,
        _ERROR,
        4,
        Text(fa="فیلدی که یک بار می‌آید بیش از یک بار آمده است.", en="A field that stands once stands several times."),
        Text(
            fa="دو برنامه آن را دو گونه می‌خوانند، یا یکی از آن‌ها از کار می‌افتد؛ پیام باید برای همه یکی باشد.",
            en="Two programs read it in two ways, or one of them fails on it; a message is the same for everybody.",
        ),
        "schemas/",
    ),
    BuiltIn(
        "structure.not-a-list",
        _STRUCTURE,
        _ERROR,
        16,
        Text(fa="این فیلد فهرست است.", en="This field is a list."),
        Text(
            fa="فهرست در XML یک پوشش با یک فرزند برای هر قلم است و در JSON یک آرایه، حتی برای یک قلم.",
            en="A list is in XML a wrapper with a child per item and in JSON an array, even for a single item.",
        ),
        "schemas/",
        '"Insurance": {"Insurer": {…}}',
        '"Insurance": [{"Insurer": {…}}]',
    ),
    BuiltIn(
        "structure.range",
        _STRUCTURE,
        _ERROR,
        7,
        Text(fa="عدد بیرون از بازه است.", en="The number is out of its range."),
        Text(fa="چنین ماه، ساعت یا مقداری نیست.", en="There is no such month, hour or amount."),
        "schemas/",
    ),
    BuiltIn(
        "structure.length",
        _STRUCTURE,
        _ERROR,
        16,
        Text(fa="متن بلندتر از اندازه است.", en="The text is too long."),
        Text(fa="گیرنده دنبالهٔ آن را می‌بُرد.", en="The receiver would cut it."),
        "schemas/",
    ),
    BuiltIn(
        "structure.pattern",
        _STRUCTURE,
        _ERROR,
        16,
        Text(fa="شکل متن درست نیست.", en="The text does not have the due form."),
        Text(fa="گیرنده تنها این شکل را می‌خواند.", en="The receiver reads that form alone."),
        "schemas/",
    ),
    BuiltIn(
        "structure.order",
        _STRUCTURE,
        _ERROR,
        4,
        Text(fa="ترتیب عنصرها درست نیست.", en="The elements stand in the wrong order."),
        Text(
            fa="ترتیب عنصرهای XML در XSD ثابت است و سریال‌ساز گیرنده عنصر نابه‌جا را نادیده می‌گیرد.",
            en="The XSD fixes the order in XML, and the receiver's serializer passes over what stands elsewhere.",
        ),
        "schemas/",
    ),
    BuiltIn(
        "structure.serializer-artefact",
        _STRUCTURE,
        _INFORMATION,
        None,
        Text(fa="این عضو ساختهٔ سریال‌ساز است.", en="This member comes from a serializer."),
        Text(
            fa="فیلدهای …Specified را ‎.NET می‌سازد و معنایی ندارند.",
            en="The …Specified members are made by .NET and mean nothing.",
        ),
        bad='"Day": 30, "DaySpecified": true',
        good='"Day": 30',
    ),
    BuiltIn(
        "structure.schema",
        _STRUCTURE,
        _ERROR,
        4,
        Text(fa="سند با شِما نمی‌خواند.", en="The document does not keep the schema."),
        Text(
            fa="موتور شِما ایرادی می‌بیند که هیچ یافتهٔ دیگری نگفته است؛ رأی از آنِ شِماست.",
            en="The schema engine sees a fault that no other finding told; the schema has the last word.",
        ),
        "schemas/",
    ),
)
