"""What journeys of presenting share: the counter at which a code is redeemed, and what a signed code holds."""

from issuer.presenting.ports import Presented
from issuer.presenting.redeeming import Redemption
from service.presenting import Redeemed
from tests.city import City
from tests.copy_parts import WINDOW
from trust.formats.presentation import (
    Presentation,
    decode_presentation,
    split_presentation,
)
from trust.formats.token import from_text

PLACE = "政务服务中心三号窗口"


def redeemed(city: City, made: Presented, *, key: str, place: str = PLACE, by: str = "罗小满") -> Redeemed:
    asked = Redemption(made.text, by, WINDOW, place, "食品经营许可新办")
    return city.yinzheng.presenting.redeem(asked, key=f"{key} of {made.code.number}")


def shown_in(made: Presented) -> Presentation:
    return decode_presentation(split_presentation(from_text(made.text)).payload)
