"""Keys of the microphones and line-ins of a box."""

from __future__ import annotations

from agent.settings.key_docs.entry import KeyDoc
from texts.catalogue import Text

VOICE: dict[str, KeyDoc] = {
    "voice_inputs": KeyDoc(
        Text(
            "micro và đường vào (mixer, máy thu FM) để nói tại trạm; mỗi cái cần một nút ở inputs"
            " và mic: true trong cấu hình trạm đã ký",
            "microphones and line-ins (a mixer, a tuner) for speaking at the station; each needs a"
            " key in inputs, and mic: true in the signed station-config",
        ),
        None,
    ),
    "voice_inputs[].name": KeyDoc(
        Text("tên, không trùng nhau", "its name, used once"), "ban-chi-huy"
    ),
    "voice_inputs[].kind": KeyDoc(
        Text(
            "microphone: micro; line-in: đường vào của mixer, máy thu",
            "microphone; line-in: the output of a mixer or tuner",
        ),
        "microphone",
    ),
    "voice_inputs[].driver": KeyDoc(
        Text("cách đọc âm thanh vào", "how sound is captured"), "portaudio"
    ),
    "voice_inputs[].device": KeyDoc(
        Text(
            "tên thiết bị thu; lệnh tramtin doctor liệt kê các tên có trên hộp",
            "the input's name; tramtin doctor lists those of this box",
        ),
        "USB PnP Sound Device",
    ),
    "voice_inputs[].zones": KeyDoc(
        Text(
            "nghe ở những cụm loa nào; bỏ trống là tất cả",
            "the loudspeaker clusters on which it is heard; all of them without it",
        ),
        ["nga-ba"],
    ),
    "voice_inputs[].max_min": KeyDoc(
        Text(
            "một lần bấm được nói lâu nhất bao nhiêu phút, để nút kẹt không chiếm trạm",
            "how long one press may last, so that a stuck key cannot hold the station",
        ),
        10,
        unit="min",
    ),
    "voice_inputs[].chime": KeyDoc(
        Text(
            "có tiếng chuông trước khi nói; micro khẩn cấp luôn có tín hiệu báo động trước",
            "a chime before somebody speaks; an emergency microphone always has the attention"
            " signal before it",
        ),
        True,  # noqa: FBT003 - an example value
    ),
}
