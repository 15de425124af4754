"""What the audit log keeps of a statement: its hash, its words without values, and what became of it."""

from dashboards.analysis.running import Answer, Witness
from dashboards.analysis.shape import shape
from dashboards.audit import Action, Entry, record, statement_hash
from dashboards.database import Generation


def witness(generation: Generation, statement: str, who: str, role: str, action: Action) -> Witness:
    """Return what records the outcome of a statement, before anybody sees it."""

    def told(answer: Answer) -> None:
        record(
            Entry(
                who=who,
                role=role,
                action=action,
                subject=statement_hash(statement),
                rows=answer.row_count,
                generation=generation.identifier,
                is_denied=answer.outcome == "refused",
                # The title alone: the detail of an error quotes the statement, and with it what was typed.
                reason=f"{answer.outcome}: {answer.problem.title}" if answer.problem else answer.outcome,
                text=shape(statement),
            )
        )

    return told
