"""$batch-validate-code: many validations with what they have in common said once."""

from collections.abc import Callable

from termserver.fhir.options import Request, refuse_undone
from termserver.fhir.outcomes import FhirProblem, Json, operation_outcome, refused
from termserver.fhir.parameters import Asked, answer
from termserver.fhir.validate import validate_in_system, validate_in_value_set

_MOST = 10_000


def batch_validate(request: Request, in_system: bool) -> Json:
    """One answer for each ``validation``, in their order: Parameters, or an OperationOutcome where one failed."""
    validations = request.asked.all("validation")
    if not validations:
        raise refused(400, "required", "There is no validation parameter", "پارامتر validation نیامده است")
    if len(validations) > _MOST:
        raise refused(413, "too-costly", f"At most {_MOST} validations at once", f"حداکثر {_MOST} سنجش در هر بار")
    validate: Callable[[Request], Json] = validate_in_system if in_system else validate_in_value_set
    found = []
    for one in validations:
        try:
            asked = Asked.of(one, request.asked)
            refuse_undone(asked)
            inner = Request(asked, request.library, request.accept_language, request.clock())
            alone = in_system or not any(name in asked for name in ("url", "valueSet", "context"))
            done = validate_in_system(inner) if alone else validate(inner)
        except FhirProblem as error:
            done = operation_outcome(error.issues)
        found.append({"name": "validation", "resource": done})
    return answer(found)
