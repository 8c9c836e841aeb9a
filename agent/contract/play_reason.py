"""Why a play was not heard or seen in full, in words: the page and the centre read them from here.

A record has the code (`clash`); a centre or a page that does not know it shows it as it is.
"""

from __future__ import annotations

from texts.catalogue import Catalogue, Lang, Text, look_up

PLAY_REASONS: Catalogue = {
    "reason.restart": Text("hộp khởi động lại", "the box restarted"),
    "reason.preempted": Text("nhường cho mục khác", "gave way to another"),
    "reason.silenced": Text("có lệnh ngắt tiếng", "a silence was ordered"),
    "reason.local_mute": Text("trạm đang tắt tiếng tại chỗ", "the station was muted on its page"),
    "reason.clash": Text(
        "trùng giờ với mục khác cùng mức, mục kia thắng",
        "another of its level began at the same moment and went before it",
    ),
    "reason.mourning": Text("ngày tang: không nhạc, quảng cáo", "mourning: no music, no adverts"),
    "reason.muted": Text("có lệnh tắt tiếng cụm loa", "the zones were muted by order"),
    "reason.blanked": Text("có lệnh để bảng đen", "the face was blanked by order"),
    "reason.withdrawn": Text("đã rút hoặc huỷ", "withdrawn or cancelled"),
    "reason.replaced": Text("mục khác cùng mức bắt đầu", "another of its level began"),
    "reason.engine_lost": Text("mất phần phát tiếng", "the sound part went"),
    "reason.silence_key": Text("khóa im lặng ở trạm đang xoay", "the box's silence key was turned"),
    "reason.lockout": Text(
        "khóa an toàn đang bật: có người làm việc ở trạm",
        "the lockout was on: somebody worked at the station",
    ),
    "reason.door_open": Text("cửa tủ đang mở", "the cabinet was open"),
    "reason.output_lost": Text(
        "mất phần phát tiếng hoặc mất bảng", "the sound part or board was away"
    ),
    "reason.clock_step": Text("giờ của hộp được chỉnh", "the box's clock was set"),
    "reason.no_time": Text("hộp chưa biết giờ", "the box did not know the time"),
    "reason.not_running": Text("hộp không chạy", "the box was not running"),
    "reason.not_begun": Text("chưa kịp bắt đầu", "it had not begun"),
    "reason.failed": Text("không phát được", "it could not be played"),
    "reason.shutdown": Text("hộp dừng", "the box stopped"),
    "reason.board_lost": Text("mất bảng", "the board went"),
    "reason.face_lost": Text("mặt bảng này không hiện được", "this face could not be shown"),
    "reason.agent_stalled": Text(
        "phần mềm của hộp đứng, bảng tự hiện hình chờ",
        "the box's software stood still, and the board showed its standby picture",
    ),
    "reason.sound_over": Text("tiếng đi cùng đã dừng", "the sound with it had stopped"),
    "reason.over": Text("đã hết giờ", "its time was over"),
    "reason.switch": Text("loa không bật được", "the loudspeakers could not be switched on"),
    "reason.starved": Text("tiếng ngừng giữa chừng", "its sound stopped coming"),
    "reason.underruns": Text(
        "mất tiếng quá nhiều chỗ (hơn 1 %)", "too much of it was silent (more than 1 %)"
    ),
    "reason.stopped": Text("bị dừng", "it was stopped"),
    "reason.trial": Text("kỹ thuật viên thử", "a technician's trial"),
}


def describe_reason(reason: str, lang: Lang) -> str:
    """The words of a code; what has none stays as it is."""
    code = f"reason.{reason}"
    return look_up(PLAY_REASONS, code, lang) if code in PLAY_REASONS else reason
