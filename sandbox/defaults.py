"""The world as it stands after a start or a reset."""

from __future__ import annotations

from sandbox.model import Customer, Group, Json, PhoneNumber, Template
from sandbox.sandbox_config import DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID


def phone_numbers() -> list[PhoneNumber]:
    """The business numbers: one bakery."""
    return [PhoneNumber(DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID, "917755991053", "Asha's Bakery Demo")]


def customers() -> list[Customer]:
    """People who may write: most have a number, some a username as well, and one has a username only."""
    return [
        Customer("IN.13491208655302741918", "917755991051", "Asha Kulkarni"),
        Customer("IN.20817733190455182034", "919820012345", "Rohan Mehta", username="rohan.m"),
        Customer("US.10987654321098765432", "16505551234", "Sheena Nelson"),
        Customer("AE.30671120984417765502", "971501234567", "محمد علي"),
        Customer("IN.44120987301265539917", None, "Meera", username="meera.bakes"),
        Customer("BR.55011984467120093381", "5511987654321", "João Silva 🌿", read_receipts=False),
    ]


def groups() -> list[Group]:
    """One group, with two of the customers."""
    return [
        Group(
            "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD",
            DEFAULT_PHONE_NUMBER_ID,
            "Bread club",
            invite_link="https://chat.whatsapp.com/Bq1LoremIpsumDolorSitA",
            participants=["917755991051", "919820012345"],
            created_at=1_790_000_000,
        )
    ]


def _card(bread: str) -> Json:
    """One card of a carousel: a picture, a price and two buttons."""
    header: Json = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U=:sample"]}}
    body: Json = {"type": "BODY", "text": bread + " for {{1}}", "example": {"body_text": [["₹90"]]}}
    url = "https://www.example.com/bread/{{1}}"
    buttons = [
        {"type": "QUICK_REPLY", "text": "Keep me one"},
        {"type": "URL", "text": "Look at it", "url": url, "example": [url.replace("{{1}}", "7")]},
    ]
    return {"components": [header, body, {"type": "BUTTONS", "buttons": buttons}]}


def templates() -> list[Template]:
    """Templates in every state that a sender meets."""
    return [
        Template(
            "1689556908129831",
            DEFAULT_WABA_ID,
            "hello_world",
            "en_US",
            "UTILITY",
            [
                {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
                {
                    "type": "BODY",
                    "text": "Welcome and congratulations! This message shows that sending works.",
                },
                {"type": "FOOTER", "text": "Asha's Bakery Demo"},
            ],
        ),
        Template(
            "1689556908129832",
            DEFAULT_WABA_ID,
            "order_confirmation",
            "en_US",
            "UTILITY",
            [
                {
                    "type": "HEADER",
                    "format": "IMAGE",
                    "example": {"header_handle": ["4::aW1hZ2UvanBlZw==:sample"]},
                },
                {
                    "type": "BODY",
                    "text": "Thank you, {{1}}! Your order number is {{2}}. We bake it today.",
                    "example": {"body_text": [["Asha", "1043"]]},
                },
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Contact support"},
                        {
                            "type": "URL",
                            "text": "Track order",
                            "url": "https://www.example.com/track/{{1}}",
                            "example": ["https://www.example.com/track/1043"],
                        },
                    ],
                },
            ],
            quality="GREEN",
        ),
        Template(
            "1689556908129833",
            DEFAULT_WABA_ID,
            "reservation_confirmation",
            "en_US",
            "UTILITY",
            [
                {
                    "type": "BODY",
                    "text": "Your table for {{number_of_guests}} on {{day}} is reserved.",
                    "example": {
                        "body_text_named_params": [
                            {"param_name": "number_of_guests", "example": "4"},
                            {"param_name": "day", "example": "Saturday"},
                        ]
                    },
                }
            ],
            parameter_format="NAMED",
        ),
        Template(
            "1689556908129834",
            DEFAULT_WABA_ID,
            "sunday_offer",
            "en",
            "MARKETING",
            [{"type": "BODY", "text": "This Sunday: two loaves for the price of one."}],
        ),
        Template(
            "1689556908129835",
            DEFAULT_WABA_ID,
            "abandoned_cart",
            "en",
            "MARKETING",
            [{"type": "BODY", "text": "{{1}}{{2}}", "example": {"body_text": [["Asha", "cart"]]}}],
            status="REJECTED",
            rejected_reason="INVALID_FORMAT",
        ),
        Template(
            "1689556908129836",
            DEFAULT_WABA_ID,
            "loyalty_card",
            "en_US",
            "MARKETING",
            [{"type": "BODY", "text": "Your loyalty card is full: the next coffee is on us."}],
            status="PAUSED",
        ),
        Template(
            "1689556908129837",
            DEFAULT_WABA_ID,
            "login_code",
            "en_US",
            "AUTHENTICATION",
            [
                {
                    "type": "BODY",
                    "text": "*{{1}}* is your verification code.",
                    "example": {"body_text": [["123456"]]},
                },
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {
                            "type": "URL",
                            "text": "Copy code",
                            "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}",
                            "example": ["https://www.whatsapp.com/otp/code/?code=otp123456"],
                        }
                    ],
                },
            ],
        ),
        Template(
            "1689556908129838",
            DEFAULT_WABA_ID,
            "birthday_coupon",
            "en_US",
            "MARKETING",
            [
                {
                    "type": "HEADER",
                    "format": "TEXT",
                    "text": "Happy birthday, {{1}}!",
                    "example": {"header_text": ["Asha"]},
                },
                {
                    "type": "BODY",
                    "text": "Your gift: {{1}} off until {{2}}.",
                    "example": {"body_text": [["25%", "Sunday"]]},
                },
                {"type": "FOOTER", "text": "Asha's Bakery Demo"},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "COPY_CODE", "text": "Copy code", "example": "CAKE25"},
                        {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+917755991053"},
                    ],
                },
            ],
        ),
        Template(
            "1689556908129839",
            DEFAULT_WABA_ID,
            "invoice_ready",
            "en_US",
            "UTILITY",
            [
                {
                    "type": "HEADER",
                    "format": "DOCUMENT",
                    "example": {"header_handle": ["4::YXBwbGljYXRpb24vcGRm:sample"]},
                },
                {
                    "type": "BODY",
                    "text": "Hello {{1}}, here is your invoice.",
                    "example": {"body_text": [["Asha"]]},
                },
            ],
        ),
        Template(
            "1689556908129840",
            DEFAULT_WABA_ID,
            "pickup_point",
            "en_US",
            "UTILITY",
            [
                {"type": "HEADER", "format": "LOCATION"},
                {
                    "type": "BODY",
                    "text": "Your order waits here until {{1}}.",
                    "example": {"body_text": [["18:00"]]},
                },
            ],
        ),
        Template(
            "1689556908129841",
            DEFAULT_WABA_ID,
            "fresh_today",
            "en_US",
            "MARKETING",
            [
                {"type": "BODY", "text": "Fresh today, {{1}}:", "example": {"body_text": [["Asha"]]}},
                {"type": "CAROUSEL", "cards": [_card("Sourdough"), _card("Rye")]},
            ],
        ),
    ]
