"""What people are told, in English and Arabic: short, plain, and what to do first.

The Arabic sentences are built so that no verb has to agree with the object or the place; numbers follow the plural rules of CLDR.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from forewarn.messages import Kind
from forewarn.warn.cap import Words

Language = Literal["en", "ar"]
LANGUAGES: tuple[Language, ...] = ("en", "ar")

KINDS: dict[Language, dict[Kind, str]] = {
    "en": {
        "drone": "a drone", "aircraft": "an aircraft", "bird": "a bird", "boat": "a boat", "vehicle": "a vehicle", "rocket": "a rocket",
        "other": "an unknown object",
    },
    "ar": {
        "drone": "طائرة مسيّرة", "aircraft": "طائرة", "bird": "طائر", "boat": "قارب", "vehicle": "مركبة", "rocket": "صاروخ",
        "other": "جسم غير معروف",
    },
}  # fmt: skip
WINDS: dict[Language, tuple[str, ...]] = {
    "en": ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
    "ar": ("الشمال", "الشمال الشرقي", "الشرق", "الجنوب الشرقي", "الجنوب", "الجنوب الغربي", "الغرب", "الشمال الغربي"),
}
EXERCISE: dict[Language, tuple[str, str]] = {
    "en": ("EXERCISE: ", "This is an exercise with recorded data. There is no real danger."),
    "ar": ("تمرين: ", "هذا تمرين ببيانات مسجّلة. لا يوجد خطر فعلي."),
}
TAKE_COVER: dict[Language, str] = {
    "en": (
        "Go indoors or under a solid roof now. Keep away from windows and open ground. "
        "Do not go near anything that has come down. Wait for the all clear."
    ),
    "ar": (
        "ادخلوا الآن إلى مبنى أو احتموا تحت سقف متين. ابتعدوا عن النوافذ والأماكن المكشوفة. "
        "لا تقتربوا من أي شيء سقط. انتظروا إعلان انتهاء الخطر."
    ),
}
GO_ON: dict[Language, str] = {
    "en": "You can go on as before. Do not touch anything that has come down: report it.",
    "ar": "يمكنكم متابعة ما كنتم تفعلونه. لا تلمسوا أي شيء سقط، بل أبلغوا عنه.",
}
STATES: dict[Language, dict[str, str]] = {
    "en": {},  # as they are
    "ar": {
        "waiting": "في انتظار البيانات", "seeing": "يعمل", "degraded": "يعمل جزئيًا", "silent": "لا يرسل بيانات", "down": "متوقف",
        "blind": "لا يغطّي",
    },
}  # fmt: skip


class Facts(msgspec.Struct, frozen=True):
    """What a warning is about. ``in_s``: least and most seconds to the first entry; ``inside``: it is there already."""

    kind: Kind
    objects: int
    chance: float
    in_s: tuple[float, float] | None
    inside: bool
    direction_deg: float | None


def spoken(names: Mapping[Language, str], language: Language, instead: str) -> str:
    """A name in a language, or in the other one, or ``instead``."""
    return names.get(language) or next((names[other] for other in LANGUAGES if names.get(other)), instead)


def warned(language: Language, sender: str, place: str, facts: Facts, exercise: bool) -> Words:
    """Somebody should take cover."""
    head, note = EXERCISE[language] if exercise else ("", "")
    what = KINDS[language][facts.kind]
    if language == "en":
        event, headline = f"Approach of {what}", f"{what[0].upper()}{what[1:]} {_arrival_en(place, facts)}"
    else:
        event, headline = f"اقتراب {what}", _arrival_ar(what, place, facts)
    description = " ".join(filter(None, (*_details(language, facts), note)))
    return Words(language, sender, event, head + headline, description, TAKE_COVER[language], place)


def _arrival_en(place: str, facts: Facts) -> str:
    if facts.inside:
        return f"is in {place} now"
    return f"may reach {place}" + (f" in {_span(facts.in_s)} seconds" if facts.in_s else "")


def _arrival_ar(what: str, place: str, facts: Facts) -> str:
    if facts.inside:
        return f"رصد {what} في {place} الآن"
    return f"احتمال وصول {what} إلى {place}" + (f" خلال {_span_ar(facts.in_s)}" if facts.in_s else "")


def _details(language: Language, facts: Facts) -> tuple[str, ...]:
    """Where from, how likely, how many."""
    wind = WINDS[language][round(facts.direction_deg / 45.0) % 8] if facts.direction_deg is not None else ""
    chance = max(1, min(99, round(100 * facts.chance)))
    if language == "en":
        return (
            f"It comes from the {wind}." if wind else "",
            f"Chance that it gets there: {chance} %.",
            f"Objects: {facts.objects}." if facts.objects > 1 else "",
        )
    return (
        f"جهة القدوم: {wind}." if wind else "",
        f"احتمال الوصول: {chance}%.",
        f"عدد الأجسام: {facts.objects}." if facts.objects > 1 else "",
    )


def _ends(in_s: tuple[float, float]) -> tuple[int, int]:
    """Whole seconds, at least 1."""
    least = max(1, int(in_s[0]))
    return least, max(least, round(in_s[1]))


def _span(in_s: tuple[float, float]) -> str:
    least, most = _ends(in_s)
    return f"{least} to {most}" if most > least else f"about {max(2, most)}"


def _span_ar(in_s: tuple[float, float]) -> str:
    least, most = _ends(in_s)
    return f"{least} إلى {seconds_ar(most)}" if most > least else f"نحو {seconds_ar(max(2, most))}"


def seconds_ar(n: int) -> str:
    """A number of seconds in Arabic, after a preposition (CLDR plural rules: one, two, few 3-10, many 11-99, other)."""
    if n in (1, 2):
        return ("ثانية واحدة", "ثانيتين")[n - 1]
    return f"{n} {'ثوانٍ' if 3 <= n % 100 <= 10 else 'ثانية'}"


def all_clear(language: Language, sender: str, place: str, exercise: bool) -> Words:
    """The danger is over."""
    head, note = EXERCISE[language] if exercise else ("", "")
    event, headline, description = {
        "en": ("All clear", f"All clear for {place}", "What came near has gone or keeps away."),
        "ar": ("انتهاء الخطر", f"انتهى الخطر في {place}", "ما كان يقترب غادر أو ابتعد."),
    }[language]
    return Words(language, sender, event, head + headline, f"{description} {note}".strip(), GO_ON[language], place)


def withdrawn(language: Language, sender: str, place: str, exercise: bool) -> Words:
    """The warning was wrong."""
    head, note = EXERCISE[language] if exercise else ("", "")
    event, headline, description, instruction = {
        "en": ("Warning withdrawn", f"The warning for {place} is withdrawn", "It was given in error.", "You need not do anything."),
        "ar": ("سحب التحذير", f"سُحب التحذير الخاص بالمكان التالي: {place}", "صدر التحذير عن طريق الخطأ.", "لا يلزم القيام بأي شيء."),
    }[language]
    return Words(language, sender, event, head + headline, f"{description} {note}".strip(), instruction, place)


def seeing(language: Language, sender: str, about: Literal["sensor", "zone"], name: str, state: str) -> Words:
    """How a sensor or a zone's sight stands, for operators: no directions."""
    said = STATES[language].get(state, state)
    event, headline, instruction = {
        "en": (f"State of a {about}", f"{about.capitalize()} {name}: {said}", "Look to it. Warnings may come late or not at all."),
        "ar": (
            "حالة مستشعر" if about == "sensor" else "حالة التغطية",
            f"{'المستشعر' if about == 'sensor' else 'تغطية المنطقة'} {name}: {said}",
            "يرجى التحقق. قد تتأخر التحذيرات أو لا تصدر.",
        ),
    }[language]
    if state == "seeing":
        instruction = {"en": "Nothing needs to be done.", "ar": "لا يلزم القيام بأي شيء."}[language]
    return Words(language, sender, event, headline, headline + ".", instruction, name)
