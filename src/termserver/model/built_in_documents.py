"""The engine's own findings about a document as a whole: its bytes, its type, the budgets."""

from termserver.model.built_in_finding import BuiltIn
from termserver.model.findings import Layer, Severity
from termserver.model.text import Text

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_SYNTAX, _STRUCTURE, _RULE = Layer.SYNTAX, Layer.STRUCTURE, Layer.RULE
_ONE_READING = Text(
    fa="دو برنامه آن را دو گونه می‌خوانند، یا یکی از آن‌ها از کار می‌افتد؛ پیام باید برای همه یکی باشد.",
    en="Two programs read it in two ways, or one of them fails on it; a message must be the same for everybody.",
)
_UTF8 = Text(
    fa="همهٔ پیام‌ها UTF-8 هستند؛ رمزگذاری دیگر حروف فارسی را به هم می‌ریزد و راهی برای پنهان‌کردن محتواست.",
    en="All messages are UTF-8; another encoding breaks Persian letters and is a way to hide content.",
)
_BUDGET = Text(
    fa="سهم هر سند از زمان و حافظه محدود است تا همه را از کار نیندازد. آن سند نه پذیرفته است و نه رد.",
    en="Every document has its share of time and memory, so that one cannot stop the others. Nothing is known of it: it"
    " is neither accepted nor rejected.",
)
_ARCHIVE = Text(
    fa="بایگانی‌ای که از جایی ناشناس آمده نباید بتواند فایلی بیرون از خود بنویسد، حافظه را پر کند یا چیزی را پنهان کند.",
    en="An archive from a stranger must not be able to reach outside itself, fill the memory or hide something.",
)

FINDINGS = (
    # the bytes
    BuiltIn(
        "syntax.empty",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="سند تهی است.", en="The document is empty."),
        Text(fa="فایل تهی نشانهٔ خروجیِ نیمه‌کاره است.", en="An empty file is the sign of an export that failed."),
    ),
    BuiltIn(
        "syntax.not-a-document",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="سند نه XML است و نه JSON.", en="The document is neither XML nor JSON."),
        Text(fa="سند با < یا { آغاز می‌شود.", en="A document begins with < or {."),
        bad="PatientBill;1405;…",
        good='<PatientBillMessageVO xmlns:VM="http://thrita.behdasht.gov.ir/VM/">',
    ),
    BuiltIn(
        "syntax.encoding",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="رمزگذاری سند UTF-8 نیست.", en="The document is not in UTF-8."),
        _UTF8,
        "RFC 8259 8.1; XML 1.0 4.3.3",
        '<?xml version="1.0" encoding="windows-1256"?>',
        '<?xml version="1.0" encoding="utf-8"?>',
    ),
    BuiltIn(
        "syntax.doctype",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="سند نباید DOCTYPE داشته باشد.", en="A document may not carry a DOCTYPE."),
        Text(
            fa="DOCTYPE می‌تواند فایل‌های سرور را بخواند، به شبکه وصل شود و مقدار بیفزاید؛ هیچ پیامی به آن نیاز ندارد.",
            en="A DOCTYPE can read the server's files, call the network and add values; no message needs one.",
        ),
        "XML 1.0 2.8",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<PatientBillMessageVO>',
        "<PatientBillMessageVO>",
    ),
    BuiltIn(
        "syntax.xml",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="سند XML درست نیست.", en="The document is not well-formed XML."),
        Text(
            fa="سند بریده یا با چسباندن متن ساخته شده است؛ هیچ برنامه‌ای آن را نمی‌خواند.",
            en="It was cut short or made by joining text; no program can read it.",
        ),
        "XML 1.0",
        "<VM:FullName>Ali & Sons</VM:FullName>",
        "<VM:FullName>Ali &amp; Sons</VM:FullName>",
    ),
    BuiltIn(
        "syntax.json",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="سند JSON درست نیست.", en="The document is not JSON."),
        Text(
            fa="سند بریده یا با چسباندن متن ساخته شده، یا عددی دارد که در JSON نیست (NaN و Infinity).",
            en="It was cut short, made by joining text, or holds a number that JSON does not have (NaN, Infinity).",
        ),
        "RFC 8259",
        '{"Magnitude": NaN, }',
        '{"Magnitude": 120000}',
    ),
    BuiltIn(
        "syntax.duplicate-key",
        _SYNTAX,
        _ERROR,
        16,
        Text(fa="یک کلید دو بار آمده است.", en="A key is given twice."),
        _ONE_READING,
        "RFC 8259 4",
        '{"Gender": "1", "Gender": "2"}',
        '{"Gender": "1"}',
    ),
    # the type
    BuiltIn(
        "document.encrypted",
        _STRUCTURE,
        _ERROR,
        15,
        Text(fa="سند رمز شده است.", en="The document is encrypted."),
        Text(fa="سند را پیش از رمزکردن بسنجید.", en="Validate the document before encryption."),
        "exchange.md 5.2",
        '{"ContentType": "…", "Data": "…", "Key": "…", "IV": "…"}',
        '{"Person": {…}, "Composition": {…}}',
    ),
    BuiltIn(
        "document.unknown-type",
        _STRUCTURE,
        _ERROR,
        15,
        Text(fa="نوع سند شناخته نیست.", en="The document is of no known type."),
        Text(
            fa="نوع XML از عنصر ریشه و نوع JSON از عضو ویژهٔ آن شناخته می‌شود؛ بی آن دانسته نیست با چه بسنجیم.",
            en="XML is known by its root element and JSON by its distinctive member; else nothing can be judged.",
        ),
        bad="<Bill>",
        good='<PatientBillMessageVO xmlns:VM="http://thrita.behdasht.gov.ir/VM/">',
    ),
    BuiltIn(
        "document.ambiguous-type",
        _STRUCTURE,
        _ERROR,
        15,
        Text(fa="سند با چند نوع می‌خواند.", en="The document fits several types."),
        Text(fa="نوع را با --type بگویید تا حدس زده نشود.", en="Say it with --type; a verdict is never guessed."),
    ),
    BuiltIn(
        "document.form",
        _STRUCTURE,
        _ERROR,
        15,
        Text(fa="این نوع سند به این قالب فرستاده نمی‌شود.", en="This type is not sent in that form."),
        Text(fa="گیرنده تنها قالب دیگر را می‌خواند.", en="Its receiver reads the other form alone."),
    ),
    BuiltIn(
        "document.no-rule-set",
        _STRUCTURE,
        _ERROR,
        None,
        Text(fa="در تاریخ سند قاعده‌ای در اعتبار نیست.", en="No rule set is in force on the document's day."),
        Text(
            fa="سند با قاعده‌های روز خودش سنجیده می‌شود؛ بیرون از بازهٔ آن‌ها دانسته نیست.",
            en="A document is judged by the rules of its own day; outside their period nothing is known.",
        ),
    ),
    BuiltIn(
        "document.day",
        _STRUCTURE,
        _WARNING,
        1,
        Text(fa="تاریخ سند خوانده نشد.", en="The document's own date cannot be read."),
        Text(
            fa="کدها و قاعده‌ها در زمان تغییر می‌کنند؛ بی تاریخ با تازه‌ترین‌ها سنجیده می‌شود.",
            en="Codes and rules change with time; without a date the newest ones are used.",
        ),
        bad='"AdmissionDate": {"Year": 1405}',
        good='"AdmissionDate": {"Year": 1405, "Month": 8, "Day": 30}',
    ),
    BuiltIn(
        "document.verdict-changes",
        _RULE,
        _WARNING,
        None,
        Text(fa="با قاعده‌های روز آینده رأی دیگری می‌گیرد.", en="By the rules of a later day the verdict is another."),
        Text(
            fa="تا پیش از آن روز نرم‌افزار را درست کنید (--also-as-of).",
            en="There is time to mend the software before that day (--also-as-of).",
        ),
    ),
    BuiltIn(
        "document.undecided",
        _STRUCTURE,
        _ERROR,
        17,
        Text(fa="سند داوری نشد؛ پذیرفته نیست.", en="The document could not be decided; it is not accepted."),
        Text(
            fa="قالب‌هایی که تنها یافته دارند (SARIF، JUnit …) وگرنه آن را پذیرفته نشان می‌دادند.",
            en="Forms that know findings only (SARIF, JUnit …) would otherwise show it as accepted.",
        ),
    ),
    BuiltIn(
        "document.unread",
        _SYNTAX,
        _ERROR,
        15,
        Text(fa="فایل خوانده نشد.", en="The file could not be read."),
        Text(fa="فایلی که خوانده نشده پذیرفته نیست.", en="A file that was not read is not accepted."),
    ),
    # budgets
    *(
        BuiltIn(
            f"budget.{name}",
            _SYNTAX,
            _ERROR,
            16 if name in ("bytes", "depth", "elements", "attributes", "text", "reference") else None,
            title,
            _BUDGET,
        )
        for name, title in (
            ("bytes", Text(fa="سند بزرگ‌تر از اندازه است.", en="The document is too large.")),
            ("depth", Text(fa="تودرتویی سند بیش از اندازه است.", en="The document is nested too deeply.")),
            ("elements", Text(fa="سند عنصرهای بسیار دارد.", en="The document has too many elements.")),
            ("attributes", Text(fa="یک عنصر صفت‌های بسیار دارد.", en="An element has too many attributes.")),
            ("text", Text(fa="متن یک عنصر بیش از اندازه بلند است.", en="The text of an element is too long.")),
            ("reference", Text(fa="سند برای موتور مرجع بزرگ است.", en="Too large for the reference engine.")),
            ("time", Text(fa="سنجش سند بیش از اندازه طول کشید.", en="Judging the document took too long.")),
            ("worker-lost", Text(fa="پردازهٔ داور از میان رفت.", en="The process that judged was lost.")),
            ("failure", Text(fa="سنجش سند به خطای داخلی برخورد.", en="Judging the document failed inside.")),
            ("archive", Text(fa="بایگانی بزرگ‌تر از اندازه است.", en="The archive holds more than it may.")),
        )
    ),
    # containers
    *(
        BuiltIn(f"archive.{name}", _SYNTAX, _ERROR, None, title, _ARCHIVE)
        for name, title in (
            ("unsafe-name", Text(fa="نام عضو به بیرون از بایگانی اشاره می‌کند.", en="A member's name points outside.")),
            ("nested", Text(fa="بایگانی درون بایگانی است.", en="An archive is inside an archive.")),
            ("encrypted", Text(fa="عضو بایگانی رمز دارد.", en="A member is encrypted.")),
            ("method", Text(fa="عضو بایگانی فایل ساده نیست.", en="A member is not a plain file.")),
            ("damaged", Text(fa="بایگانی خراب است.", en="The archive is damaged.")),
        )
    ),
    BuiltIn(
        "batch.item",
        _SYNTAX,
        _ERROR,
        None,
        Text(fa="این قلمِ دسته سندی ندارد.", en="This item of the batch holds no document."),
        Text(
            fa="یک قلم نادرست، دیگر قلم‌های دسته را خراب نمی‌کند؛ خود آن نامعلوم می‌ماند.",
            en="A wrong item never spoils the others of its batch; it is undecided itself.",
        ),
    ),
    # the vendor's own settings
    BuiltIn(
        "waiver.expired",
        _RULE,
        _ERROR,
        None,
        Text(fa="زمان یک چشم‌پوشی گذشته است.", en="A waiver has expired."),
        Text(
            fa="چشم‌پوشی برای زمانی کوتاه و با دلیل است، تا فراموش نشود.",
            en="A waiver lasts a while and has a reason, so that it is not forgotten.",
        ),
        bad="- rule: code.display\n  reason: …\n  expires: 1405-01-01",
        good="- rule: code.display\n  reason: …\n  expires: 1406-01-01",
    ),
    BuiltIn(
        "waiver.unknown-rule",
        _RULE,
        _WARNING,
        None,
        Text(fa="از قاعده‌ای چشم پوشیده شده که نیست.", en="A waiver is of a rule that does not exist."),
        Text(
            fa="چشم‌پوشی با نام نادرست کاری نمی‌کند و کسی نمی‌فهمد چرا سند هنوز رد می‌شود.",
            en="A waiver with a misspelt rule waives nothing, and nobody sees why the document is still rejected.",
        ),
        bad="- rule: code.dispaly\n  reason: …\n  expires: 1406-01-01",
        good="- rule: code.display\n  reason: …\n  expires: 1406-01-01",
    ),
)
