"""The sentences of the terminology service: English as HL7's reference server words them, and Persian.

Clients compare the English ones; {0}, {1} … are filled by ``say``.
"""

from termserver.model.text import Text

_SAID: dict[str, tuple[str, str]] = {
    "None_of_the_provided_codes_are_in_the_value_set_one": (
        "The provided code '{0}' was not found in the value set '{1}'",
        "کد «{0}» در مجموعهٔ مقادیر «{1}» نیست",
    ),
    "TX_GENERAL_CC_ERROR_MESSAGE": (
        "No valid coding was found for the value set '{0}'",
        "هیچ کد درستی برای مجموعهٔ مقادیر «{0}» پیدا نشد",
    ),
    "Unknown_Code_in_Version": (
        "Unknown code '{0}' in the CodeSystem '{1}' version '{2}'",
        "کد «{0}» در سامانهٔ کد «{1}» نسخهٔ «{2}» شناخته نیست",
    ),
    "Unknown_Code_in": (
        "Unknown code '{0}' in the CodeSystem '{1}'",
        "کد «{0}» در سامانهٔ کد «{1}» شناخته نیست",
    ),
    "UNKNOWN_CODE_IN_FRAGMENT": (
        "Unknown Code '{0}' in the CodeSystem '{1}' version '{2}' - note that the code system is labeled as a "
        "fragment, so the code may be valid in some other fragment",
        "کد «{0}» در سامانهٔ کد «{1}» نسخهٔ «{2}» نیست؛ این فهرست ناقص است و شاید کد در بخش دیگر آن باشد",
    ),
    "UNKNOWN_CODESYSTEM": (
        "A definition for CodeSystem '{0}' could not be found, so the code cannot be validated",
        "تعریف سامانهٔ کد «{0}» پیدا نشد، پس کد سنجیده نمی‌شود",
    ),
    "UNKNOWN_CODESYSTEM_VERSION": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the code cannot be validated. "
        "Valid versions: {2}",
        "تعریف سامانهٔ کد «{0}» نسخهٔ «{1}» پیدا نشد، پس کد سنجیده نمی‌شود. نسخه‌های موجود: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_NONE": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the code cannot be validated. "
        "No versions of this code system are known",
        "تعریف سامانهٔ کد «{0}» نسخهٔ «{1}» پیدا نشد، پس کد سنجیده نمی‌شود. هیچ نسخه‌ای از آن شناخته نیست",
    ),
    "UNKNOWN_CODESYSTEM_EXP": (
        "A definition for CodeSystem '{0}' could not be found, so the value set cannot be expanded",
        "تعریف سامانهٔ کد «{0}» پیدا نشد، پس مجموعهٔ مقادیر باز نمی‌شود",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the value set cannot be expanded. "
        "Valid versions: {2}",
        "تعریف سامانهٔ کد «{0}» نسخهٔ «{1}» پیدا نشد، پس مجموعهٔ مقادیر باز نمی‌شود. نسخه‌های موجود: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE": (
        "A definition for CodeSystem '{0}' version '{1}' could not be found, so the value set cannot be expanded. "
        "No versions of this code system are known",
        "تعریف سامانهٔ کد «{0}» نسخهٔ «{1}» پیدا نشد، پس مجموعهٔ مقادیر باز نمی‌شود. هیچ نسخه‌ای از آن شناخته نیست",
    ),
    "CODESYSTEM_CONTENT_MISSING": (
        "The code system definition for '{0}' has no content, so the code cannot be validated",
        "محتوای سامانهٔ کد «{0}» این‌جا نیست، پس کد سنجیده نمی‌شود",
    ),
    "CODESYSTEM_CONTENT_MISSING_EXP": (
        "The code system definition for '{0}' has no content, so this expansion is not possible",
        "محتوای سامانهٔ کد «{0}» این‌جا نیست، پس مجموعهٔ مقادیر باز نمی‌شود",
    ),
    "Unable_to_resolve_value_Set_": (
        "A definition for the value Set '{0}' could not be found",
        "تعریف مجموعهٔ مقادیر «{0}» پیدا نشد",
    ),
    "VS_EXP_IMPORT_UNK": (
        "Unable to find included value set '{0}'",
        "مجموعهٔ مقادیر دربرگرفتهٔ «{0}» پیدا نشد",
    ),
    "VS_EXP_IMPORT_UNK_PINNED": (
        "Unable to find included value set '{0}' version '{1}'",
        "مجموعهٔ مقادیر دربرگرفتهٔ «{0}» نسخهٔ «{1}» پیدا نشد",
    ),
    "VALUESET_VALUE_MISMATCH": (
        "The code system '{0}' version '{1}' in the ValueSet include is different to the one in the value ('{2}')",
        "نسخهٔ «{1}» سامانهٔ کد «{0}» در مجموعهٔ مقادیر با نسخهٔ فرستاده‌شده («{2}») یکی نیست",
    ),
    "VALUESET_VALUE_MISMATCH_CHANGED": (
        "The code system '{0}' version '{1}' resulting from the version '{2}' in the ValueSet include is different "
        "to the one in the value ('{3}')",
        "نسخهٔ «{1}» سامانهٔ کد «{0}» که از «{2}» در مجموعهٔ مقادیر برآمده با نسخهٔ فرستاده‌شده («{3}») یکی نیست",
    ),
    "VALUESET_VALUE_MISMATCH_DEFAULT": (
        "The code system '{0}' version '{1}' for the versionless include in the ValueSet include is different to "
        "the one in the value ('{2}')",
        "نسخهٔ پیش‌فرض «{1}» سامانهٔ کد «{0}» با نسخهٔ فرستاده‌شده («{2}») یکی نیست",
    ),
    "VALUESET_VERSION_CHECK": (
        "The version '{0}' is not allowed for system '{1}': required to be '{2}' by a version-check parameter",
        "نسخهٔ «{0}» برای سامانهٔ «{1}» پذیرفته نیست؛ پارامتر بررسی نسخه «{2}» می‌خواهد",
    ),
    "SYSTEM_VERSION_MULTIPLE": (
        "Multiple {0} values for the system '{1}': '{2}' and '{3}'",
        "برای سامانهٔ «{1}» بیش از یک مقدار {0} آمده است: «{2}» و «{3}»",
    ),
    "Display_Name_for__should_be_one_of__instead_of": (
        "Wrong Display Name '{0}' for {1}. Valid display is {2} (for the language(s) '{3}')",
        "نام «{0}» برای {1} درست نیست. نام درست: {2} (زبان: {3})",
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of": (
        "Wrong whitespace in Display Name '{0}' for {1}. Valid display is {2} (for the language(s) '{3}')",
        "فاصله‌های نام «{0}» برای {1} درست نیست. نام درست: {2} (زبان: {3})",
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK": (
        "There are no valid display names found for the code {0} for language(s) '{1}'. The display is '{2}' which "
        "is a valid display for the default language",
        "برای کد {0} به زبان «{1}» نامی نیست. نام «{2}» در زبان پیش‌فرض درست است",
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": (
        "Wrong Display Name '{0}' for {1}. There are no valid display names found for language(s) '{2}'. Default "
        "display is '{3}'",
        "نام «{0}» برای {1} درست نیست. به زبان «{2}» نامی نیست. نام پیش‌فرض «{3}» است",
    ),
    "NO_VALID_DISPLAY_AT_ALL": (
        "Cannot validate the display '{0}' for {1}: this server does not support displays for it",
        "نام «{0}» برای {1} سنجیده نمی‌شود؛ برای این کد نامی نزد این سرور نیست",
    ),
    "INACTIVE_DISPLAY_FOUND": (
        "'{0}' is no longer considered a correct display for code '{1}' (status = {2}). The correct display is one "
        "of {3}.",
        "«{0}» دیگر نام درست کد «{1}» نیست (وضعیت: {2}). نام درست: {3}.",
    ),
    "DISPLAY_LETTERS_DIFFER": (
        "The display '{0}' is written with other letters than '{1}'",
        "نام «{0}» با حروفی جز «{1}» نوشته شده است",
    ),
    "INACTIVE_CONCEPT_FOUND": (
        "The concept '{0}' has a status of {1} and its use should be reviewed",
        "وضعیت کد «{0}» {1} است؛ کاربرد آن را بازبینی کنید",
    ),
    "DEPRECATED_CONCEPT_FOUND": (
        "The concept '{0}' is deprecated and its use should be reviewed",
        "کد «{0}» منسوخ است؛ کاربرد آن را بازبینی کنید",
    ),
    "CONCEPT_DEPRECATED_IN_VALUESET": (
        "The presence of the concept '{0}' in the system '{1}' in the value set {2} is marked with a status of {3} "
        "and its use should be reviewed",
        "بودن کد «{0}» از سامانهٔ «{1}» در مجموعهٔ مقادیر {2} با وضعیت {3} نشان شده است؛ کاربرد آن را بازبینی کنید",
    ),
    "STATUS_CODE_WARNING_CODE": (
        "The concept '{0}' is valid but is not active",
        "کد «{0}» درست است ولی فعال نیست",
    ),
    "ABSTRACT_CODE_NOT_ALLOWED": (
        "Code '{0}#{1}' is abstract, and not allowed in this context",
        "کد «{0}#{1}» انتزاعی است و این‌جا پذیرفته نیست",
    ),
    "CODE_CASE_DIFFERENCE": (
        "The code '{0}' differs from the correct code '{1}' by case. Although the code system '{2}' is case "
        "insensitive, implementers are strongly encouraged to use the correct case anyway",
        "حروف بزرگ و کوچک کد «{0}» با کد درست «{1}» یکی نیست. هرچند سامانهٔ «{2}» به آن حساس نیست، کد درست را "
        "به کار ببرید",
    ),
    "CODESYSTEM_CS_NO_SUPPLEMENT": (
        "CodeSystem {0} is a supplement, so can't be used as a value in Coding.system",
        "سامانهٔ {0} یک مکمل است و در Coding.system نمی‌آید",
    ),
    "Terminology_TX_System_Relative": (
        "Coding.system must be an absolute reference, not a local reference",
        "Coding.system باید نشانی کامل باشد، نه نسبی",
    ),
    "Terminology_TX_System_ValueSet2": (
        "The Coding references a value set, not a code system ('{0}')",
        "Coding به یک مجموعهٔ مقادیر اشاره می‌کند، نه به سامانهٔ کد («{0}»)",
    ),
    "Coding_has_no_system__cannot_validate": (
        "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system "
        "should be provided",
        "Coding سامانه ندارد. کد بی‌سامانه معنای روشنی ندارد و سنجیده نمی‌شود. سامانه را بفرستید",
    ),
    "UNABLE_TO_INFER_CODESYSTEM": (
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}'",
        "سامانهٔ کد «{0}» در مجموعهٔ مقادیر «{1}» روشن نشد",
    ),
    "Unable_to_resolve_system__value_set_has_multiple_matches": (
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}': value set expansion has "
        "multiple matches: {2}",
        "سامانهٔ کد «{0}» در مجموعهٔ مقادیر «{1}» روشن نشد؛ در چند سامانه هست: {2}",
    ),
    "MSG_DRAFT": ("Reference to draft {0} {1}", "{0} {1} پیش‌نویس است"),
    "MSG_EXPERIMENTAL": ("Reference to experimental {0} {1}", "{0} {1} آزمایشی است"),
    "MSG_DEPRECATED": ("Reference to deprecated {0} {1}", "{0} {1} منسوخ است"),
    "MSG_WITHDRAWN": ("Reference to withdrawn {0} {1}", "{0} {1} پس گرفته شده است"),
    "MSG_RETIRED": ("Reference to retired {0} {1}", "{0} {1} بازنشسته است"),
    "VALUESET_SUPPLEMENT_MISSING": ("Required supplement not found: {0}", "مکمل لازم پیدا نشد: {0}"),
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE": (
        "The system {0} filter with property = {1}, op = {2} has no value",
        "پالایهٔ سامانهٔ {0} با ویژگی {1} و عملگر {2} مقدار ندارد",
    ),
    "FILTER_NOT_UNDERSTOOD": (
        "The filter \"{1} {2} '{3}'\" from the value set is not understood for the code system {0}: {4}",
        "پالایهٔ «{1} {2} {3}» برای سامانهٔ کد {0} فهمیده نشد: {4}",
    ),
    "VALUESET_CIRCULAR_REFERENCE": (
        "Found a circularity pointing to {0} processing ValueSet with pathway [{1}]",
        "مجموعهٔ مقادیر دور دارد: {0} در مسیر [{1}]",
    ),
    "INVALID_DISPLAY_NAME": ("Invalid displayLanguage: '{0}'", "displayLanguage درست نیست: «{0}»"),
    "VALUESET_TOO_COSTLY": (
        "The value set '{0}' expansion has too many codes to produce (>{1})",
        "مجموعهٔ مقادیر «{0}» بیش از {1} کد دارد؛ با count و offset صفحه‌به‌صفحه بخواهید",
    ),
    "TOO_LONG": (
        "The request took more computing than is allowed for one request",
        "این درخواست بیش از سهم یک درخواست محاسبه می‌خواست",
    ),
    "REGISTRY_NOT_LISTED": (
        "The entries of the registry '{0}' are not listed; ask for one by its code",
        "فهرست «{0}» یک‌جا داده نمی‌شود؛ هر ردیف را با کدش بپرسید",
    ),
    "NOTHING_TO_VALIDATE": (
        "Unable to find code to validate (looked for coding | codeableConcept | code+system | code+inferSystem in "
        "parameters",
        "چیزی برای سنجیدن نیست (coding یا codeableConcept یا code+system یا code+inferSystem بفرستید)",
    ),
    "CACHE_ID_UNKNOWN": ("The cache '{0}' is not known to this server", "حافظهٔ «{0}» نزد این سرور نیست"),
}


def say(id: str, *values: object) -> Text:
    """The sentence with that id in both languages."""
    en, fa = _SAID[id]
    said = [str(value) for value in values]
    return Text(fa.format(*said), en.format(*said))
