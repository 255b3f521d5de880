"""What each payload of the catalogue tells, one line per item (``summary``).

What they mean: tests/whatsapp/payloads/INDEX.md.
"""

EXPECTED: dict[str, list[str]] = {
    "acct-alert.json": [
        "news account_alerts alert_info+entity_id+entity_type",
    ],
    "acct-update-restriction.json": [
        "news account_update event+restriction_info",
    ],
    "batch-duplicate-message.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] twice",
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] twice",
    ],
    "batch-messages-and-statuses.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] message and ",
        "inbound customer image received0 UW 1051/IN.134/Asha Kul [image+media] second",
        "status delivered -",
        "status read -",
    ],
    "batch-out-of-order-messages.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] third",
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] first",
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] second",
    ],
    "batch-two-numbers.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] to number on",
        "inbound customer text received0 UW 1234/US.109/Sheena N [text] to number tw",
    ],
    "batch-two-wabas.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] WABA one",
        "inbound customer text received0 UW 1234/US.109/Sheena N [text] WABA two",
        "status sent -",
    ],
    "bsuid-status-failed-old-parent-key.json": [
        "status failed 131062",
    ],
    "bsuid-status-no-phone.json": [
        "status delivered -",
    ],
    "bsuid-text-empty-strings.json": [
        "inbound customer text received0 UW -/IN.134/Asha K. [text] Same, older ",
    ],
    "bsuid-text-no-phone.json": [
        "inbound customer text received0 UW -/IN.134/Asha K. [text] Hi! I found ",
    ],
    "bsuid-text-with-parent.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] Both ids and",
    ],
    "call-connect.json": [
        "inbound event call received0 UW 1051/IN.134/Asha Kul [call] -",
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
        "outbound phone_app text sent20 -- 1051/IN.134/- [text] Here's the i",
    ],
    "coex-history-threads.json": [
        "outbound history text read40 -- 1051/IN.134/- [history_context+text] Here's the i",
        "outbound history media_placeholder read50 -- 1051/IN.134/- [history_context] -",
        "inbound history text received0 -- 1051/IN.134/- [history_context+text] Thanks!",
        "outbound history text delivered30 -- 1234/-/- [history_context+text] Thanks for y",
    ],
    "edge-contact-order-mismatch.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] from Asha",
        "inbound customer text received0 UW 1234/US.109/Sheena N [text] from Sheena",
    ],
    "edge-contact-without-profile.json": [
        "inbound customer text received0 UW 1051/IN.134/- [text] no profile",
    ],
    "edge-dashboard-test.json": [
        "inbound customer text received0 UW 1181/-/test use [text] this is a te",
    ],
    "edge-empty-messages.json": [
        "ignored empty",
    ],
    "edge-meta-escaped-bytes.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] 50% off <tod",
    ],
    "edge-no-contacts.json": [
        "inbound customer text received0 UW 1051/IN.134/- [text] no contacts ",
    ],
    "edge-text-emoji-zwj.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] 👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈",
    ],
    "edge-text-long-4096.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] Länger als g",
    ],
    "edge-text-rtl.json": [
        "inbound customer text received0 UW 1051/IN.134/محمد علي [text] שלום, המספר ",
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
        "inbound customer text received0 UW group [group+text] What does ev",
    ],
    "handover-control-passed.json": [
        "inbound event system received0 -- 1051/-/- [messaging_handovers] Customer wan",
    ],
    "msg-audio-voice.json": [
        "inbound customer audio received0 UW 1051/IN.134/Asha Kul [audio+media] -",
    ],
    "msg-button.json": [
        "inbound customer button received0 UW 1051/IN.134/Asha Kul [button+context] Unsubscribe",
    ],
    "msg-contacts-request-reply.json": [
        "inbound customer contacts received0 UW -/IN.134/Asha Kul [contacts+context] Asha Kulkarn",
    ],
    "msg-contacts.json": [
        "inbound customer contacts received0 UW 1051/IN.134/Asha Kul [contacts] Barbara J. J",
    ],
    "msg-document.json": [
        "inbound customer document received0 UW 1051/IN.134/Asha Kul [document+media] Signed contr",
    ],
    "msg-edit-text.json": [
        "edit text 1051/IN.134/Asha Kul Hi, is my order 1043 ready?",
    ],
    "msg-future-type.json": [
        "inbound customer poll received0 UW 1051/IN.134/Asha Kul [poll] -",
    ],
    "msg-image-caption.json": [
        "inbound customer image received0 UW 1051/IN.134/Asha Kul [image+media] Taken this m",
    ],
    "msg-image-no-url.json": [
        "inbound customer image received0 UW 1051/IN.134/Asha Kul [image+media] -",
    ],
    "msg-interactive-button-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kul [context+interactive] Cancel",
    ],
    "msg-interactive-flow-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kul [context+interactive] Sent",
    ],
    "msg-interactive-list-reply.json": [
        "inbound customer interactive received0 UW 1051/IN.134/Asha Kul [context+interactive] Priority Mai",
    ],
    "msg-location-pin.json": [
        "inbound customer location received0 UW 1051/IN.134/Asha Kul [location] -",
    ],
    "msg-location-venue.json": [
        "inbound customer location received0 UW 1051/IN.134/Asha Kul [context+location] Philz Coffee",
    ],
    "msg-media-too-big.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kul [errors] -",
    ],
    "msg-order.json": [
        "inbound customer order received0 UW 1051/IN.134/Asha Kul [order] Love these!",
    ],
    "msg-reaction-removed-absent.json": [
        "reaction customer removed 1051/IN.134/Asha Kul True",
    ],
    "msg-reaction-removed-empty.json": [
        "reaction customer removed 1051/IN.134/Asha Kul True",
    ],
    "msg-reaction.json": [
        "reaction customer 👍🏽 1051/IN.134/Asha Kul True",
    ],
    "msg-request-welcome.json": [
        "inbound customer request_welcome received0 UW 1051/IN.134/Asha Kul [] -",
    ],
    "msg-revoke.json": [
        "revoke - 1051/IN.134/Asha Kul -",
    ],
    "msg-sticker-animated.json": [
        "inbound customer sticker received0 UW 1051/IN.134/Asha Kul [media+sticker] -",
    ],
    "msg-system-number-changed-bsuid.json": [
        "inbound event system received0 -- 1051/IN.134/- [system] User Asha Ku",
    ],
    "msg-system-number-changed.json": [
        "inbound event system received0 -- 1051/-/- [system] User Asha Ku",
    ],
    "msg-system-user-id-changed.json": [
        "inbound event system received0 -- -/IN.134/- [system] User Asha Ku",
    ],
    "msg-text-about-product.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [context+text] Do you have ",
    ],
    "msg-text-ad-referral-image.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [referral+text] Can I get mo",
    ],
    "msg-text-classic.json": [
        "inbound customer text received0 UW 1051/-/Asha Kul [text] Hello",
    ],
    "msg-text-forwarded.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [context+text] FYI: store c",
    ],
    "msg-text-reply.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [context+text] Yes please, ",
    ],
    "msg-text.json": [
        "inbound customer text received0 UW 1051/IN.134/Asha Kul [text] Hi, is my or",
    ],
    "msg-unsupported-131060.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kul [errors+unsupported] -",
    ],
    "msg-unsupported-classic.json": [
        "inbound customer unsupported received0 UW 1051/-/Asha Kul [errors] -",
    ],
    "msg-unsupported-edit-cloud-only.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kul [errors+unsupported] -",
    ],
    "msg-unsupported-poll.json": [
        "inbound customer unsupported received0 UW 1051/IN.134/Asha Kul [errors+unsupported] -",
    ],
    "msg-video.json": [
        "inbound customer video received0 UW 1051/IN.134/Asha Kul [media+video] See the nois",
    ],
    "num-quality.json": [
        "news phone_number_quality_update current_limit+display_phone_number+event+max_daily_conversat",
    ],
    "pref-stop.json": [
        "preference True 1051/IN.134/Asha Kul",
    ],
    "standby-text.json": [
        "inbound standby text received0 UW 1051/IN.134/Asha Kul [text] Question ans",
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
