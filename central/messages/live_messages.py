"""The texts of `live` and `relay`, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "live.announce": Text(
        "Phát trực tiếp, hạng {0}: “{1}”, tới {2}", "Live, class {0}: “{1}”, to {2}"
    ),
    "live.ask": Text("Bắt đầu phát trực tiếp?", "Go on air?"),
    "live.taken": Text("{0} trên {1} trạm đã nhận", "{0} of {1} station(s) took it"),
    "live.refused": Text(
        "không trạm nào nhận: chưa phát gì (chắc chắn thì thêm --anyway)",
        "no station takes it: nothing was said (if you are sure, add --anyway)",
    ),
    "live.on_air": Text("ĐANG PHÁT TRỰC TIẾP (Ctrl-C để kết thúc)", "ON AIR (Ctrl-C ends it)"),
    "live.unsent": Text("{0} đoạn không gửi được", "{0} segments not sent"),
    "live.over": Text(
        "Đã kết thúc: {0} đoạn, {1} đoạn không gửi được; lưu tại {2}",
        "Over: {0} segments, {1} not sent; kept in {2}",
    ),
    "live.renewal": Text(
        "chưa gia hạn được quyền phát, đang thử lại: {0}",
        "the grant is not renewed yet, trying again: {0}",
    ),
    "live.ended": Text("kết thúc đúng", "ended in order"),
    "live.not_ended": Text("đứt giữa chừng", "broke off"),
    "live.row": Text(
        "{0}  {1} s  {2}  “{3}”  người nói: {4}  nơi nhận: {5}  {6}  đoạn hỏng: {7}  {8}",
        "{0}  {1} s  {2}  “{3}”  speaker: {4}  to: {5}  {6}  bad segments: {7}  {8}",
    ),
    "relay.programme": Text("đài phát lại bình thường", "the radio sounds again"),
    "relay.stalled": Text(
        "đài không có tiếng: đang phát âm đệm", "no sound from the radio: the filler is on"
    ),
    "relay.blank": Text(
        "đài vẫn nối nhưng im lặng 15 giây: đang phát âm đệm",
        "the radio is connected, and silent for 15 s: the filler is on",
    ),
    "relay.silent": Text(
        "đài vẫn nối nhưng không gửi tiếng, đang nối lại: {0}",
        "the radio is connected and sends no sound, connecting again: {0}",
    ),
    "relay.back": Text("đã nối lại được với đài", "the radio is connected again"),
    "relay.failed": Text("mất đài, đang nối lại: {0}", "radio lost, connecting again: {0}"),
    "relay.never": Text(
        "Đài không có tiếng trong cả thời gian đã định: chưa phát gì",
        "The radio gave no sound in all that time: nothing was sent",
    ),
}  # fmt: skip
