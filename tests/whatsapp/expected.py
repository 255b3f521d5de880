"""What each payload of the catalogue tells, one line per item (``summary``); meanings are in its INDEX.md."""

EXPECTED: dict[str, list[str]] = {
    "acct-alert.json": [
        "news account_alerts alert_info+entity_id+entity_type",
    ],
    "acct-update-restriction.json": [
        "news account_update event+restriction_info",
    ],
    "batch-duplicate-message.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] twice",
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] twice",
    ],
    "batch-messages-and-statuses.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] message and statuses in ",
        "inbound customer image received0 UW 1051/IN.134/Asha Kulkarni [image+media] second",
        "status delivered -",
        "status read -",
    ],
    "batch-out-of-order-messages.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] third",
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] first",
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] second",
    ],
    "batch-two-numbers.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] to number one",
        "inbound customer text received0 UW 1234/US.109/Sheena Nelson [text] to number two",
    ],
    "batch-two-wabas.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] WABA one",
        "inbound customer text received0 UW 1234/US.109/Sheena Nelson [text] WABA two",
        "status sent -",
    ],
    "bsuid-status-failed-old-parent-key.json": [
        "status failed 131062",
    ],
    "bsuid-status-no-phone.json": [
        "status delivered -",
    ],
    "bsuid-text-empty-strings.json": [
        "inbound customer text received0 UW -/IN.134/Asha K. [text] Same, older announcement",
    ],
    "bsuid-text-no-phone.json": [
        "inbound customer text received0 UW -/IN.134/Asha K. [text] Hi! I found you by your ",
    ],
    "bsuid-text-with-parent.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] Both ids and a phone num",
    ],
    "call-connect.json": [
        "inbound event call received0 UW 1051/IN.134/Asha Kulkarni [call] -",
    ],
    "call-status.json": [
        "ignored call_status",
    ],
    "coex-contact-add.json": [
        "name Asha Kulkarni (VIP) 1051/IN.134/-",
    ],
    "coex-echo-revoke.json": [
        "revoke - 1051/IN.134/- -",
    ],
    "coex-echo-text.json": [
        "outbound phone_app text sent20 -- 1051/IN.134/- [text] Here's the info you requ",
    ],
    "coex-history-threads.json": [
        "outbound history text read40 -- 1051/IN.134/- [history_context+text] Here's the info you requ",
        "outbound history media_placeholder read50 -- 1051/IN.134/- [history_context] -",
        "inbound history text received0 -- 1051/IN.134/- [history_context+text] Thanks!",
        "outbound history text delivered30 -- 1234/-/- [history_context+text] Thanks for your order! U",
    ],
    "edge-contact-order-mismatch.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] from Asha",
        "inbound customer text received0 UW 1234/US.109/Sheena Nelson [text] from Sheena",
    ],
    "edge-contact-without-profile.json": [
        "inbound customer text received0 UW 1051/IN.134/- [text] no profile",
    ],
    "edge-dashboard-test.json": [
        "inbound customer text received0 UW 1181/-/test user name [text] this is a text message",
    ],
    "edge-empty-messages.json": [
        "ignored empty",
    ],
    "edge-meta-escaped-bytes.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] 50% off <today> at café@",
    ],
    "edge-no-contacts.json": [
        "inbound customer text received0 UW 1051/IN.134/- [text] no contacts array",
    ],
    "edge-text-emoji-zwj.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] 👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 👍🏿 🇮🇳 é vs",
    ],
    "edge-text-long-4096.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] Länger als gedacht – Län",
    ],
    "edge-text-rtl.json": [
        "inbound customer text received0 UW 1051/IN.134/محمد علي [text] שלום, המספר שלי 05012345",
    ],
    "edge-unknown-field.json": [
        "news quantum_updates messaging_product+metadata+quantum",
    ],
    "errors-at-value-level.json": [
        "news messages errors",
    ],
    "group-status-aggregate.json": [
        "status read - IN.13491208655302741918",
        "status read - US.10987654321098765432",
    ],
    "group-text.json": [
        "inbound customer text received0 UW group [group+text] What does everyone think",
    ],
    "handover-control-passed.json": [
        "inbound event system received0 -- 1051/-/- [messaging_handovers] Customer wants to change",
    ],
    "msg-audio-voice.json": [
        "inbound customer audio received0 UW 1051/IN.134/Asha Kulkarni [audio+media] -",
    ],
    "msg-button.json": [
        "inbound customer button received0 UW 1051/IN.134/Asha Kulkarni [button+context] Unsubscribe",
    ],
    "msg-contacts-request-reply.json": [
        "inbound customer contacts received0 UW -/IN.134/Asha Kulkarni [contacts+context] Asha Kulkarni",
    ],
    "msg-contacts.json": [
        "inbound customer contacts received0 UW 1051/IN.134/Asha Kulkarni [contacts] Barbara J. Johnson",
    ],
    "msg-document.json": [
        "inbound customer document received0 UW 1051/IN.134/Asha Kulkarni [document+media] Signed contract",
    ],
    "msg-edit-text.json": [
        "edit text 1051/IN.134/Asha Kulkarni Hi, is my order 1043 ready?",
    ],
    "msg-future-type.json": [
        "inbound customer poll received0 UW 1051/IN.134/Asha Kulkarni [poll] -",
    ],
    "msg-image-caption.json": [
        "inbound customer image received0 UW 1051/IN.134/Asha Kulkarni [image+media] Taken this morning",
    ],
    "msg-image-no-url.json": [
        "inbound customer image received0 UW 1051/IN.134/Asha Kulkarni [image+media] -",
    ],
    "msg-interactive-button-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kulkarni [context+interactive] Cancel",
    ],
    "msg-interactive-flow-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kulkarni [context+interactive] Sent",
    ],
    "msg-interactive-list-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kulkarni [context+interactive] Priority Mail Express",
    ],
    "msg-location-pin.json": [
        "inbound customer location received0 UW 1051/IN.134/Asha Kulkarni [location] -",
    ],
    "msg-location-venue.json": [
        "inbound customer location received0 UW 1051/IN.134/Asha Kulkarni [context+location] Philz Coffee",
    ],
    "msg-media-too-big.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kulkarni [errors] -",
    ],
    "msg-order.json": [
        "inbound customer order received0 UW 1051/IN.134/Asha Kulkarni [order] Love these!",
    ],
    "msg-reaction-removed-absent.json": [
        "reaction customer removed 1051/IN.134/Asha Kulkarni True",
    ],
    "msg-reaction-removed-empty.json": [
        "reaction customer removed 1051/IN.134/Asha Kulkarni True",
    ],
    "msg-reaction.json": [
        "reaction customer 👍🏽 1051/IN.134/Asha Kulkarni True",
    ],
    "msg-request-welcome.json": [
        "inbound customer request_welcome received0 UW 1051/IN.134/Asha Kulkarni [] -",
    ],
    "msg-revoke.json": [
        "revoke - 1051/IN.134/Asha Kulkarni -",
    ],
    "msg-sticker-animated.json": [
        "inbound customer sticker received0 UW 1051/IN.134/Asha Kulkarni [media+sticker] -",
    ],
    "msg-system-number-changed-bsuid.json": [
        "inbound event system received0 -- 1051/IN.134/- [system] User Asha Kulkarni chang",
    ],
    "msg-system-number-changed.json": [
        "inbound event system received0 -- 1051/-/- [system] User Asha Kulkarni chang",
    ],
    "msg-system-user-id-changed.json": [
        "inbound event system received0 -- -/IN.134/- [system] User Asha Kulkarni chang",
    ],
    "msg-text-about-product.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [context+text] Do you have this in XL?",
    ],
    "msg-text-ad-referral-image.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [referral+text] Can I get more info abou",
    ],
    "msg-text-classic.json": [
        "inbound customer text received0 UW 1051/-/Asha Kulkarni [text] Hello",
    ],
    "msg-text-forwarded.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [context+text] FYI: store closed on Mon",
    ],
    "msg-text-reply.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [context+text] Yes please, the blue one",
    ],
    "msg-text.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kulkarni [text] Hi, is my order ready? 🙂",
    ],
    "msg-unsupported-131060.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kulkarni [errors+unsupported] -",
    ],
    "msg-unsupported-classic.json": [
        "inbound customer unsupported received0 UW 1051/-/Asha Kulkarni [errors] -",
    ],
    "msg-unsupported-edit-cloud-only.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kulkarni [errors+unsupported] -",
    ],
    "msg-unsupported-poll.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kulkarni [errors+unsupported] -",
    ],
    "msg-video.json": [
        "inbound customer video received0 UW 1051/IN.134/Asha Kulkarni [media+video] See the noise it makes",
    ],
    "num-quality.json": [
        "news phone_number_quality_update current_limit+display_phone_number+event+max_daily_conversat",
    ],
    "pref-stop.json": [
        "preference True 1051/IN.134/Asha Kulkarni",
    ],
    "standby-text.json": [
        "inbound standby text received0 UW 1051/IN.134/Asha Kulkarni [text] Question answered by the",
    ],
    "status-delivered.json": [
        "status delivered -",
    ],
    "status-duplicate-in-one-post.json": [
        "status delivered -",
        "status delivered -",
    ],
    "status-failed-131026.json": [
        "status failed 131026",
    ],
    "status-failed-131047.json": [
        "status failed 131047",
    ],
    "status-failed-131049.json": [
        "status failed 131049",
    ],
    "status-failed-131050.json": [
        "status failed 131050",
    ],
    "status-failed-more-codes.json": [
        "status failed 131042",
        "status failed 130472",
        "status failed 131056",
        "status failed 131048",
        "status failed 130429",
        "status failed 131000",
        "status failed 131031",
        "status failed 131051",
        "status failed 132015",
        "status failed 130403",
        "status failed 131053",
    ],
    "status-free-entry-point.json": [
        "status sent -",
    ],
    "status-legacy-values.json": [
        "status deleted -",
        "status warning 131053",
    ],
    "status-out-of-order.json": [
        "status read -",
        "status delivered -",
        "status sent -",
    ],
    "status-played.json": [
        "status played -",
    ],
    "status-read.json": [
        "status read -",
    ],
    "status-sent-conversation-v23.json": [
        "status sent -",
    ],
    "status-sent.json": [
        "status sent -",
    ],
    "status-unknown-message.json": [
        "status delivered -",
    ],
    "status-with-callback-data.json": [
        "status sent - msg:8f0c2b5e-6f0a-4a58-9a3f-2f4f3f6b1c77",
    ],
    "tpl-approved.json": [
        "news message_template_status_update event+message_template_category+message_template_id+message_",
    ],
    "tpl-quality.json": [
        "news message_template_quality_update message_template_id+message_template_language+message_templa",
    ],
    "tpl-rejected.json": [
        "news message_template_status_update event+message_template_category+message_template_id+message_",
    ],
}
