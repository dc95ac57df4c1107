"""What the API of orders reads: an act on a list of licences, and a step on an order.

Bodies are closed and bound sizes only; what the values mean is judged where the order is placed.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from issuer.bodies import ActBody, Closed
from issuer.warrants.warrant import MOST_SUBJECTS, Wanted


class OrderBody(ActBody):
    """提请对一本或多本证照作同一处理."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "identifiers": ["1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"],
                    "kind": "rescind",
                    "ground": "fraud",
                    "effective_at": "2026-03-01T00:00:00+08:00",
                    "decision": "云市监撤〔2026〕3号",
                }
            ]
        },
    )

    identifiers: list[Annotated[str, Field(min_length=1, max_length=140)]] = Field(
        min_length=1, max_length=MOST_SUBJECTS, description="证照标识，本部门颁发的"
    )
    note: str = Field(default="", max_length=1000, description="给审批人的说明")

    def wanted(self, body_code: str) -> Wanted:
        """What this body orders for a department."""
        return Wanted(
            body_code=body_code,
            kind=self.kind,
            ground=self.ground,
            subjects=tuple(self.identifiers),
            reason=self.reason,
            decision=self.decision,
            effective_at=self.effective_at,
            decided_at=self.decided_at,
            reverses=self.reverses,
            receiver=self.receiver,
        )


class DecisionBody(Closed):
    """审批或撤回；批准须写明所审看内容的摘要."""

    step: Literal["approve", "refuse", "withdraw"]
    digest: str = Field(default="", max_length=80, description="批准时：所审看内容的摘要，见审批单的 digest")
    reason: str = Field(default="", max_length=1000, description="理由；不予批准时必填")
