"""What has happened in the demo's inbox: customers of two numbers, and what the team did about them.

Only words stand here. `sandbox.demo_inbox` plays them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.model import Json
from sandbox.sandbox_config import DEFAULT_PHONE_NUMBER_ID

WORKSPACE = "Asha's Bakery"
BAKERY = DEFAULT_PHONE_NUMBER_ID
CAFE = "845177203916384"
SECOND_NUMBER: Json = {
    "phone_number_id": CAFE,
    "display_phone_number": "917755991054",
    "verified_name": "Asha's Café Demo",
}
HOUR = 60
DAY = 24 * HOUR

TEAMS = {"Kitchen": ("ben", "chika"), "Events": ("ada", "chika")}
LABELS = {
    "Order": "#be185d",
    "Delivery": "#0369a1",
    "Refund": "#b91c1c",
    "Event": "#6d28d9",
    "Allergy": "#935a06",
}
# By what is typed behind a slash: title and text.
CANNED = {
    "hours": (
        "Opening hours",
        "Hello {{contact.first_name|there}}! We are open from eight to six, and on Sundays until one.",
    ),
    "allergy": (
        "Allergies",
        "Thank you for telling us. Which ones should we know of? We then look at every recipe.",
    ),
    "مواعيد": (
        "مواعيد العمل",
        "أهلًا {{contact.first_name|بك}}! نفتح من الثامنة حتى السادسة، ويوم الأحد حتى الواحدة.",
    ),
}
# Labels by their names, canned replies by their shortcuts.
MACROS: dict[str, list[Json]] = {
    "Ask about allergies": [
        {"action": "assign", "assignee_id": "self"},
        {"action": "add_label", "label_id": "Allergy"},
        {"action": "send", "canned_id": "allergy"},
        {"action": "note", "body": "Asked for allergies: look at the recipe before you promise anything."},
    ],
    "Opening hours, and done": [
        {"action": "send", "canned_id": "hours"},
        {"action": "status", "status": "resolved"},
    ],
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was written: by the customer, or by the business on its phone.

    `more` are further keys of the sandbox's command.
    """

    minutes_ago: float
    text: str = ""
    kind: str = "text"
    by_phone: bool = False
    more: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """What one of the team does, by the word of `sandbox.demo_inbox`. `to` is a colleague, team or label."""

    by: str
    does: str
    text: str = ""
    to: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation. `customer` is as the sandbox takes it; `answers` come as the team goes on writing.

    Lines that stand together are told by one webhook.
    """

    key: str
    number: str
    customer: Json
    steps: tuple[Line | Act, ...]
    answers: tuple[str, ...] = ()


STORIES = (
    Story(
        "lena",
        CAFE,
        {"wa_id": "4915510001234", "user_id": "DE.10388841702250916347", "name": "Lena Vogel"},
        (
            Line(3 * DAY, "Guten Tag, wir würden gern am Donnerstag mit acht Personen frühstücken."),
            Line(
                3 * DAY - 20,
                "Sehr gern! Der große Tisch am Fenster ist für Sie reserviert, ab neun Uhr.",
                by_phone=True,
            ),
            Line(3 * DAY - 25, "Wunderbar, vielen Dank! ☕"),
            Act("chika", "read"),
            Act("chika", "claim"),
            Act("chika", "label", to="Event"),
            Act("chika", "resolve"),
            Act("ada", "read"),
        ),
    ),
    Story(
        "meera",
        BAKERY,
        {"wa_id": None, "user_id": "IN.44120987301265539917", "name": "Meera", "username": "meera.bakes"},
        (
            # The service window is open for 24 hours after this.
            Line(24 * HOUR - 40, "Do you bake anything without eggs? It is my mother's birthday on Sunday."),
            Act("ada", "label", to="Allergy"),
        ),
        ("Oh, thank you! A chocolate one, then. Can I collect it at ten?", "See you on Sunday 🎂"),
    ),
    Story(
        "joao",
        CAFE,
        {
            "wa_id": "5511987654321",
            "user_id": "BR.55011984467120093381",
            "name": "João Silva 🌿",
            "read_receipts": False,
        },
        (
            Line(5 * HOUR, "Oi! Acho que esqueci meu guarda-chuva azul aí ontem 😅"),
            Act("ben", "read"),
            Act("ben", "claim"),
            Act("ben", "send", "Está aqui connosco, João! Guardamos para você até sábado. ☂️"),
            Line(0, "Que bom, passo aí amanhã. Obrigado!"),
            Act("ben", "read"),
            Act("ben", "resolve"),
            Act("ada", "read"),
        ),
        ("🙏",),
    ),
    Story(
        "rohan",
        BAKERY,
        {
            "wa_id": "919820012345",
            "user_id": "IN.20817733190455182034",
            "name": "Rohan Mehta",
            "username": "rohan.m",
        },
        (
            Line(
                160, "Hello! We are getting married on Saturday, and would love your bread for sixty people."
            ),
            Line(
                148,
                "Congratulations, Rohan! We will be happy to. Which of our breads did you like best?",
                by_phone=True,
            ),
            Line(34, "This one! Thirty of them, please.", "image"),
            Line(33, "And could you bring them to Bandra before noon? *Very* important 😊"),
            Act("ada", "read"),
            Act("ada", "assign", to="ben"),
            Act("ada", "label", to="Order"),
            Act("ada", "label", to="Delivery"),
            Act("ada", "note", "@ben the oven is full on Friday evening. Is Saturday at six early enough?"),
        ),
        ("Perfect! We will be at the hall from eight.", "You have saved our wedding. Thank you!"),
    ),
    Story(
        "misaki",
        BAKERY,
        {"wa_id": "817012345678", "user_id": "JP.70115529384410276633", "name": "田中 美咲"},
        (
            Line(95, "こんにちは。来週の金曜日に、抹茶のロールケーキを二本お願いできますか。"),
            Act("ada", "read"),
            Act("ada", "claim"),
            Act("ada", "send", "こんにちは、美咲さん。抹茶が届くか確認して、すぐにお返事します。"),
            Act("ada", "label", to="Order"),
            Act("ada", "note", "The kitchen tells me about the matcha in five minutes."),
            Act("ada", "snooze", minutes=5),
        ),
        ("ありがとうございます!楽しみにしています。",),
    ),
    Story(
        "priya",
        BAKERY,
        {"wa_id": "919845000187", "user_id": "IN.62290418837705510293", "name": "Priya Nair"},
        (
            Line(72, "Order 1043 came with one croissant too few, and the box was wet through."),
            Line(71, "The invoice, for the number", "document", more={"filename": "invoice-1043.pdf"}),
            Act("ben", "read"),
            Act("ben", "claim"),
            Act("ben", "label", to="Refund"),
            Act("ben", "send", "I am so sorry, Priya. Shall we refund it, or bring a fresh box at four?"),
            Line(0, "A fresh box would be lovely, thank you!"),
            Act("ben", "read"),
            Act("ben", "note", "@chika please put six croissants for Priya on the four o'clock round."),
            Act("ben", "send", "On its way with the four o'clock round, and the croissants are on us. 🥐"),
            Act("ada", "read"),
        ),
        ("That is very kind of you!",),
    ),
    Story(
        "lucia",
        CAFE,
        {"wa_id": "34600000123", "user_id": "ES.81170263394415820076", "name": "Lucía Fernández"},
        (
            Line(41, "Hola, ¿organizáis cumpleaños infantiles? Serían doce niños, el sábado 12."),
            Act("chika", "team", to="Events"),
            Act("chika", "label", to="Event"),
            Act("chika", "read"),
        ),
        ("¡Genial! ¿Puede ser a las cinco?", "Reservado entonces. ¡Gracias!"),
    ),
    Story(
        "tom",
        CAFE,
        {"wa_id": "447700900142", "user_id": "GB.33906157720041883519", "name": "Tom Becker"},
        (
            Line(24, "Morning! We are five with a pram. Is there somewhere to park near you?"),
            Line(23, kind="location", more={"location": {"latitude": 18.5204303, "longitude": 73.8567437}}),
            Act("chika", "read"),
            Act("chika", "claim"),
            Act("chika", "send", "Yes, behind the church, two minutes on foot. The first hour is free."),
            Act("ada", "read"),
        ),
        ("Brilliant, see you at eleven.",),
    ),
    Story(
        "sheena",
        CAFE,
        {"wa_id": "16505551234", "user_id": "US.10987654321098765432", "name": "Sheena Nelson"},
        (
            Line(13, "Hi there! Are you open on Monday? Easier to say than to type:"),
            Line(12, kind="audio", more={"voice": True}),
        ),
        ("Great, we will be there at nine!", "👍"),
    ),
    Story(
        "camille",
        BAKERY,
        {"wa_id": "33639980012", "user_id": "FR.29945510837716600214", "name": "Camille Laurent"},
        (
            Line(8, "Bonjour, je suis allergique aux noix."),
            Line(7, "Est-ce que votre pain de seigle en contient ?"),
            Act("chika", "label", to="Allergy"),
        ),
        ("Merci beaucoup, alors j'en prends deux !", "Parfait, à demain."),
    ),
    Story(
        "mohammad",
        BAKERY,
        {"wa_id": "971501234567", "user_id": "AE.30671120984417765502", "name": "محمد علي"},
        (
            Line(56, "السلام عليكم، هل توصلون الخبز إلى دبي؟"),
            Act("chika", "read"),
            Act("chika", "claim"),
            Act("chika", "send", "وعليكم السلام! نعم، كل يوم خميس. كم رغيفًا تريد؟"),
            Act("chika", "label", to="Delivery"),
            Line(0, "ستة أرغفة من الخبز الأسمر من فضلك، وبدون سكر."),
        ),
        ("ممتاز، شكرًا جزيلًا!",),
    ),
)
"""With whoever wrote at the first start they are twelve conversations."""
