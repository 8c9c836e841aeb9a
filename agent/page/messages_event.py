"""What the page says of what was refused and of what happened."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

EVENT_PHRASES: Catalogue = {
    # what will not be played, and what was
    "refused": Text("Sẽ không phát", "Will not be played"),
    "refused.rule": Text("vì: {0}", "because: {0}"),
    "events": Text("10 việc gần nhất", "Last 10 events"),
    "event.no_clock": Text("chưa có giờ", "no clock yet"),
    "events.none": Text("chưa có gì", "none yet"),
    "event.play.full": Text("phát trọn", "played in full"),
    "event.play.cut": Text("bị ngắt", "cut"),
    "event.play.skipped": Text("bị bỏ qua", "skipped"),
    "event.play.failed": Text("không phát được", "failed"),
    "event.boot": Text("hộp khởi động", "the agent started"),
    "event.config": Text("đọc lại cài đặt", "settings read again"),
    "event.proof.heard": Text("đã kiểm là có tiếng", "sound proved"),
    "event.proof.not_heard": Text("phát mà không nghe thấy", "played but not heard"),
    "event.proof.unknown": Text("không kiểm được có tiếng không", "not known whether it was heard"),
    "event.clock_fix": Text("chỉnh giờ theo trung tâm", "clock set by the centre"),
    "event.clock_fix.nts": Text("chỉnh giờ theo giờ mạng (NTS)", "clock set by network time (NTS)"),
    "event.gap": Text("mất bản ghi vì đầy thẻ", "records lost: the card was full"),
    "event.silence": Text("ngắt tiếng", "silence"),
    "event.use.enter": Text("mở bằng mã PIN", "opened with the PIN"),
    "event.use.leave": Text("khóa lại", "locked"),
    "event.use.wrong-pin": Text("nhập sai mã PIN", "wrong PIN"),
    "event.use.tone": Text("âm thử", "test tone"),
    "event.use.pattern": Text("hình thử", "test pattern"),
    "event.use.label": Text("hiện tên trạm", "name shown"),
    "event.use.silence-on": Text("bật im lặng", "silence on"),
    "event.use.silence-off": Text("tắt im lặng", "silence off"),
    "event.use.reload": Text("đọc lại station.yaml", "station.yaml read again"),
    "event.use.confirm-time": Text("xác nhận ngày tại hộp", "date confirmed at the box"),
    "event.use.bundle": Text("tải gói hỗ trợ", "support bundle downloaded"),
    "event.use.volume": Text("lệnh chỉnh âm lượng", "ordered: volume"),
    "event.use.mute": Text("lệnh tắt tiếng cụm loa", "ordered: zone muted"),
    "event.use.unmute": Text("lệnh mở tiếng cụm loa", "ordered: zone unmuted"),
    "event.use.restart": Text("lệnh khởi động lại", "ordered: restart"),
    "event.key.done": Text("được bấm: báo động bắt đầu", "pressed: the alarm begins"),
    "event.key.ignored": Text("được bấm khi báo động đang phát", "pressed while its alarm was on"),
    "event.key.refused": Text("được bấm, KHÔNG phát gì", "pressed, NOTHING was started"),
    "event.refusal": Text("từ chối", "refused"),
    "event.fault.begins": Text("bắt đầu: {0}", "begins: {0}"),
    "event.fault.ends": Text("đã hết: {0}", "over: {0}"),
}
