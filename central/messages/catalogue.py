"""The texts of `summary`, Vietnamese and English, by stable code."""

from __future__ import annotations

from central.messages.file_messages import PHRASES as _OF_FILE
from central.messages.live_messages import PHRASES as _OF_LIVE
from central.messages.publish_messages import PHRASES as _OF_PUBLISH
from central.messages.sound_messages import PHRASES as _OF_SOUND
from central.messages.support_messages import PHRASES as _OF_SUPPORT
from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    "backed_up": Text(
        "Đã sao lưu vào {0}: {1} trạm, {2} văn bản, {3} bản ghi",
        "Backed up to {0}: {1} stations, {2} documents, {3} records",
    ),
    "fault.root_alone": Text(
        "tệp gốc chưa nói ai được ký: xin trung tâm tệp của `tramtin-central authority export`",
        "a root does not say who may sign: ask for a file of `tramtin-central authority export`",
    ),
    "title": Text("{0}, hạng {1}", "{0}, class {1}"),
    "issuer": Text(
        "Người ký: vai trò {0}; khe “{1}”, bản số {2}.{3}",
        "Signed as: role {0}; slot “{1}”, number {2}.{3}",
    ),
    "where": Text("Nơi nhận: {0}", "For: {0}"),
    "where.all": Text("mọi trạm trong cả nước", "every station in the country"),
    "where.province": Text("mọi trạm của tỉnh {0}", "every station of province {0}"),
    "where.commune": Text("mọi trạm của xã {0} (tỉnh {1})", "every station of commune {0} ({1})"),
    "where.station": Text("riêng trạm {0}", "station {0} alone"),
    "valid": Text("Hiệu lực: từ {0} đến {1}", "Valid: from {0} until {1}"),
    "people": Text("Người soạn: {0}; người duyệt: {1}", "Editor: {0}; approver: {1}"),
    "kind.playlist": Text("LỊCH PHÁT", "PLAYLIST"),
    "kind.emergency": Text("PHÁT KHẨN CẤP", "EMERGENCY"),
    "kind.cancel": Text("HUỶ", "CANCEL"),
    "kind.silence": Text("NGẮT TIẾNG", "SILENCE"),
    "kind.stream-grant": Text("CHO PHÉP PHÁT TRỰC TIẾP", "LIVE STREAM GRANT"),
    "kind.station-config": Text("CẤU HÌNH TRẠM", "STATION CONFIGURATION"),
    "kind.command": Text("LỆNH", "COMMAND"),
    "kind.head": Text("BẢN KÊ", "HEAD"),
    "kind.time": Text("GIỜ", "TIME"),
    "kind.ack": Text("BIÊN NHẬN", "RECEIPT"),
    "class.routine": Text("thông thường", "routine"),
    "class.priority": Text("ưu tiên", "priority"),
    "class.emergency": Text("khẩn cấp", "emergency"),
    "class.local_voice": Text("nói tại trạm", "spoken at the station"),
    "class.config": Text("cấu hình", "configuration"),
    "class.command": Text("lệnh", "command"),
    "class.silence": Text("ngắt tiếng", "silence"),
    "class.authority": Text("giao quyền", "authority"),
    "playlist": Text(
        "Thay toàn bộ khe “{1}” bằng {0} mục:",
        "Replaces the whole slot “{1}” by {0} item(s):",
    ),
    "entry.advert": Text("QUẢNG CÁO", "ADVERTISEMENT"),
    "entry.essential": Text("thông tin thiết yếu", "essential information"),
    "entry.field": Text("lĩnh vực {0} ({1})", "field {0} ({1})"),
    "entry.source": Text("nguồn: {0}", "source: {0}"),
    "entry.ref": Text("văn bản số {0}", "paper {0}"),
    "field.1": Text("thông tin chung", "general information"),
    "field.2": Text("đột xuất", "unforeseen events"),
    "field.3": Text("chủ trương, chính sách, pháp luật", "policy and law"),
    "field.4": Text("chỉ đạo, điều hành của cơ sở", "directions of the local authority"),
    "field.5": Text(
        "kiến thức khoa học, kỹ thuật, kinh tế, văn hóa, xã hội",
        "knowledge: science, economy, culture, society",
    ),
    "field.6": Text("gương người tốt, việc tốt", "good people, good deeds"),
    "start.at": Text("đúng {0}, cắt mục đang phát", "at {0}, cutting what plays"),
    "start.next": Text("{0}, chờ mục đang phát xong", "{0}, when what plays has ended"),
    "start.within": Text("{0}, chờ tối đa {1}", "{0}, waiting up to {1}"),
    "start.after": Text("ngay sau mục {0}", "right after item {0}"),
    "daily": Text("hằng ngày", "daily"),
    "day_range": Text("{0} đến {1}", "{0} to {1}"),
    "days.1": Text("thứ Hai", "Monday"),
    "days.2": Text("thứ Ba", "Tuesday"),
    "days.3": Text("thứ Tư", "Wednesday"),
    "days.4": Text("thứ Năm", "Thursday"),
    "days.5": Text("thứ Sáu", "Friday"),
    "days.6": Text("thứ Bảy", "Saturday"),
    "days.7": Text("Chủ nhật", "Sunday"),
    "dates": Text("từ {0} đến hết {1}", "from {0} to {1} inclusive"),
    "one_date": Text("ngày {0}", "on {0}"),
    "except": Text("trừ {0}", "except {0}"),
    "staggered": Text("các nhóm lần lượt, cách nhau {0}", "group after group, {0} apart"),
    "stagger_gap.station": Text("theo cấu hình từng trạm", "as each station's config says,"),
    "at_most": Text("dài nhất {0}", "at most {0}"),
    "zones": Text("cụm {0}", "zones {0}"),
    "zones.all": Text("mọi cụm loa và mặt bảng", "every speaker cluster and board face"),
    "lang.vi": Text("tiếng Việt", "Vietnamese"),
    "lang.km": Text("tiếng Khmer", "Khmer"),
    "lang.en": Text("tiếng Anh", "English"),
    "body.media": Text("PHÁT {0} tệp âm thanh, {1}", "PLAYS {0} sound file(s), {1}"),
    "body.relay": Text("TIẾP ÂM {0}", "RELAYS {0}"),
    "body.say": Text("ĐỌC “{0}”", "SAYS “{0}”"),
    "body.show": Text("HIỆN “{0}”", "SHOWS “{0}”"),
    "body.scene": Text("HIỆN {0}, trong {1}", "SHOWS {0}, for {1}"),
    "element.text": Text("chữ “{0}”", "text “{0}”"),
    "element.image": Text("một hình ảnh", "an image"),
    "element.qr": Text("mã QR {0}", "QR code {0}"),
    "element.clock": Text("đồng hồ", "a clock"),
    "element.video": Text("một đoạn phim", "a video"),
    "exercise": Text("DIỄN TẬP: phát ngay, cắt mọi mục", "EXERCISE: at once, over everything"),
    "real": Text("BÁO ĐỘNG THẬT: phát ngay, cắt mọi mục", "REAL ALARM: at once, over everything"),
    "key.real": Text(
        "BÁO ĐỘNG CHỜ SẴN: chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu",
        (
            "PREPARED ALARM: sounds only when somebody presses an emergency key at a station,"
            " never by itself"
        ),
    ),
    "key.exercise": Text(
        "DIỄN TẬP CHỜ SẴN: chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu",
        (
            "HELD EXERCISE: sounds only when somebody presses an emergency key at a station, never"
            " by itself"
        ),
    ),
    "key.how": Text(
        "Nút nào: mọi nút có khe “{0}”; bấm là cắt mọi mục, cả tin khẩn cấp, kể cả giờ yên lặng",
        (
            "Which keys: all of the slot “{0}”; a press cuts everything, emergencies too, also in"
            " quiet hours"
        ),
    ),
    "key.until": Text(
        "Trạm giữ sẵn đến {0}; bản số cao hơn ở khe này thay bản cũ, lệnh huỷ rút lại",
        (
            "Held at the stations until {0}; a higher number in this slot replaces it, a cancel"
            " withdraws it"
        ),
    ),
    "heard": Text("Loa: {0}, rồi:", "Loudspeakers: {0}, then:"),
    "signal.two-tone": Text("tín hiệu báo động hai âm", "the two-tone attention signal"),
    "signal.own": Text(
        "tín hiệu báo động ghi âm {0} (không dùng được thì hai âm có sẵn)",
        "a recorded attention signal of {0} (two-tone where it cannot be used)",
    ),
    "heard.words": Text("  • {0}: lời ghi âm {1}", "  • {0}: recorded words, {1}"),
    "heard.nothing": Text(
        "  • {0}: KHÔNG CÓ LỜI GHI ÂM, loa không nói gì bằng tiếng này",
        "  • {0}: NO RECORDED WORDS, nothing is said in this language",
    ),
    "heard.not_read": Text(
        "  • {0}: lời “{1}” KHÔNG ĐỌC ĐƯỢC, hộp không có giọng tiếng này; muốn nghe thì ghi âm",
        "  • {0}: the words “{1}” are NOT READ ALOUD, boxes have no such voice; record them",
    ),
    "heard.read": Text(
        "  • {0}: máy ở hộp ĐỌC “{1}”; hộp bản 0.1.0 chỉ nói câu có sẵn",
        "  • {0}: the box READS “{1}”; boxes of 0.1.0 speak their built-in line only",
    ),
    "read.words": Text("Sẽ đọc nguyên văn:", "What will be said, word for word:"),
    "read.listen": Text(
        "→ NGHE {0} trước khi đưa vào lịch và ký", "→ LISTEN to {0} before you sign its schedule"
    ),
    "heard.line": Text(
        "  • KHÔNG CÓ LỜI GHI ÂM: hộp nói câu có sẵn {0}, không nói nội dung này",
        "  • NO RECORDED WORDS: the box speaks its built-in line {0}, not this message",
    ),
    "heard.late": Text(
        "Lời chưa tải xong thì sau tín hiệu là câu có sẵn {0}, có lời thì nói lời",
        "While words have not come, the built-in line {0} follows the signal, then the words",
    ),
    "line": Text(
        "bằng tiếng Việt, báo khẩn cấp và dặn nghe chính quyền",
        "in Vietnamese, which says that it is urgent and to heed the authorities",
    ),
    "line.exercise": Text(
        "bằng tiếng Việt, nói rõ là diễn tập",
        "in Vietnamese, which says that it is an exercise",
    ),
    "repeat": Text("Nói {0} lượt, cách nhau {1}", "Told {0} time(s), {1} apart"),
    "repeat.line": Text(
        "Câu ấy: 3 lượt cách nhau {0}, sau đó mỗi phút một lượt",
        "That line: 3 times, {0} apart, then once a minute",
    ),
    "seen": Text("Bảng:", "Boards:"),
    "seen.text": Text("  • {0}: HIỆN “{1}”", "  • {0}: SHOW “{1}”"),
    "seen.nothing": Text("Bảng: không hiện gì", "Boards: show nothing"),
    "at_most_all": Text("Tổng cộng không quá {0}", "{0} in all at the most"),
    "event": Text("Mã sự kiện {0}", "Event {0}"),
    "cancel": Text("Dừng và rút lại {0}", "Ends and withdraws {0}"),
    "silence.on": Text(
        "TẮT MỌI LOA VÀ BẢNG, kể cả khẩn cấp (vai trò một chữ ký: tạm dừng 10 phút, trừ khẩn cấp)",
        "STOPS ALL SOUND AND PICTURE, emergencies too (a role of one: all else, for ten minutes)",
    ),
    "silence.off": Text("Cho phép phát lại", "Allows sound again"),
    "why": Text("Lý do: {0}", "Reason: {0}"),
    "place": Text("Vị trí {0}; nhóm: {1}", "Place {0}; groups: {1}"),
    "zone_names": Text("Cụm loa và mặt bảng: {0}", "Zones: {0}"),
    "quiet": Text("Giờ yên lặng: {0}", "Quiet hours: {0}"),
    "none": Text("không có", "none"),
    "cap": Text(
        "Mức to nhất tại nhà gần nhất, {0}, {1}–{2}: {3} dBA",
        "Loudest at the nearest home, {0}, {1}–{2}: {3} dBA",
    ),
    "noise.replaced": Text("đã được thay bằng {0}", "replaced by {0}"),
    "noise.no_figures": Text(
        "  chưa ai nhập bảng mức của bản này: đọc văn bản gốc rồi bổ sung vào noise_caps.yaml",
        "  nobody has entered its table yet: read the text itself, then add it to noise_caps.yaml",
    ),
    "noise.checked": Text("  đối chiếu ngày {0}: {1}", "  compared on {0}: {1}"),
    "cap_distance": Text(
        "Nhà gần nhất coi như cách loa {0} m", "The nearest home counts as {0} m from the horn"
    ),
    "stagger_turn": Text(
        "Mục phát lần lượt: trạm ở nhóm {0} (0 là nhóm đầu), cách nhau {1} nếu mục không nêu",
        "Staggered items: group {0} (0 is the first), {1} apart where the item states none",
    ),
    "hour_level": Text("Âm lượng {0}–{1}: {2} dB", "Volume {0}–{1}: {2} dB"),
    "zone.ordinary": Text("khu vực thường", "ordinary area"),
    "zone.special": Text("khu vực đặc biệt", "special area"),
    "sessions": Text("Nhiều nhất {0} buổi mỗi ngày", "At most {0} sessions a day"),
    "minutes": Text("Mỗi buổi dài nhất {0} phút", "At most {0} minutes a session"),
    "weekdays": Text("Ngày được phát: {0}", "Days allowed: {0}"),
    "relays": Text("Được tiếp âm từ: {0}", "May relay: {0}"),
    "media_hosts": Text("Được tải tệp từ: {0}", "May fetch files from: {0}"),
    "media_hosts.any": Text("mọi máy chủ công khai", "every public host"),
    "mic.on": Text("Được dùng micro tại chỗ", "Local microphone allowed"),
    "mic.off": Text("Không được dùng micro tại chỗ", "Local microphone not allowed"),
    "do.volume": Text(
        "Chỉnh âm lượng {0}: nhỏ hơn mức chuẩn {1} dB {2} (tin khẩn cấp không đổi)",
        "Volume of {0}: {1} dB below the calibrated level {2} (emergencies unchanged)",
    ),
    "do.mute": Text(
        "TẮT TIẾNG {0} {2} (tin khẩn cấp vẫn phát)",
        "MUTE {0} {2} (emergencies still sound)",
    ),
    "do.unmute": Text("MỞ TIẾNG lại {0}", "Unmute {0}"),
    "do.tone": Text("Phát âm thử ở {0}", "Play a test tone on {0}"),
    "do.until": Text("đến {0}", "until {0}"),
    "do.for_good": Text("cho đến khi có lệnh khác", "until it is changed"),
    "do.zones": Text("cụm loa {0}", "the zones {0}"),
    "do.every_zone": Text("mọi cụm loa", "all zones"),
    "do.resend": Text("Gửi lại nhật ký", "Send the journal again"),
    "do.restart": Text("Khởi động lại", "Restart"),
    "head": Text("{0} khe đang hiệu lực, {1} văn bản bị thu hồi", "{0} slot(s), {1} revoked"),
    "time": Text("Giờ chuẩn {0}", "The time is {0}"),
    "ack": Text("Đã lưu đến bản ghi {0} của nhật ký {1}", "Stored up to record {0} of journal {1}"),
    "window": Text(
        "Trạm chỉ nhận nếu phát đi từ {0} đến {1}",
        "Stations take it only when it is sent between {0} and {1}",
    ),
    "signed.none": Text("Đã ký: chưa ai", "Signed by: nobody yet"),
    "signed.by": Text("Đã ký: {0}", "Signed by: {0}"),
    "signed.keys": Text("Đã có {0} chữ ký, khoá {1}", "Carries {0} signature(s), key {1}"),
    "signed.strange": Text(
        "CHÚ Ý: chữ ký không đúng hoặc không thuộc vai trò này, khoá {0}",
        "BEWARE: a signature does not hold or is none of this role, key {0}",
    ),
    "medium.sound": Text("Loa", "Speaker"),
    "medium.picture": Text("Bảng", "Board"),
    "play.key": Text("nút “{0}”", "key “{0}”"),
    "play.words_missing": Text("KHÔNG NGHE ĐƯỢC LỜI: {0}", "WORDS NOT HEARD: {0}"),
    "play.muted": Text("tắt tiếng theo lệnh ở: {0}", "muted by order on: {0}"),
    "play.level": Text(
        "âm lượng {0} dB, khoảng {1} dBA tại nhà gần nhất",
        "volume {0} dB, about {1} dBA at the nearest home",
    ),
    "play.cap": Text("theo mức trần: {0}", "by the cap: {0}"),
    "play.clock.nts": Text("giờ lúc phát sai không quá {0} ms (NTS)", "clock within {0} ms (NTS)"),
    "play.clock.centre": Text(
        "giờ lúc phát sai không quá {0} ms (trung tâm)", "clock within {0} ms (centre)"
    ),
    "play.heard": Text("đã kiểm là có tiếng: {0}, {1}", "sound proved: {0}, {1}"),
    "play.not_heard": Text(
        "ĐÃ PHÁT MÀ KHÔNG NGHE THẤY: {0}, {1}", "PLAYED BUT NOT HEARD: {0}, {1}"
    ),
    "proof.current": Text("dòng điện của tăng âm", "the amplifier's current"),
    "proof.contact": Text("tiếp điểm lỗi của tăng âm", "the amplifier's fault contact"),
    "proof.line": Text("đường hồi tiếng", "line looped back"),
    "proof.microphone": Text("micrô nghe loa", "microphone at the horn"),
    "play.reason": Text("lý do: {0}", "reason: {0}"),
    "on_air.until": Text("đến: {0}", "until: {0}"),
    "on_air.offline": Text("trạm đang mất liên lạc", "the station is offline now"),
    "reason.restart": Text("hộp khởi động lại", "the box restarted"),
    "reason.preempted": Text("nhường cho mục khác", "gave way to another"),
    "reason.silenced": Text("có lệnh ngắt tiếng", "a silence was ordered"),
    "reason.muted": Text("có lệnh tắt tiếng cụm loa", "the zones were muted by order"),
    "reason.withdrawn": Text("đã rút hoặc huỷ", "withdrawn or cancelled"),
    "reason.replaced": Text("mục khác cùng mức bắt đầu", "another of its level began"),
    "reason.engine_lost": Text("mất phần phát tiếng", "the sound part went"),
    "reason.silence_key": Text("khóa im lặng ở trạm đang xoay", "the box's silence key was turned"),
    "reason.output_lost": Text(
        "mất phần phát tiếng hoặc mất bảng", "the sound part or board was away"
    ),
    "reason.not_begun": Text("chưa kịp bắt đầu", "it had not begun"),
    "reason.failed": Text("không phát được", "it could not be played"),
    "reason.shutdown": Text("hộp dừng", "the box stopped"),
    "reason.board_lost": Text("mất bảng", "the board went"),
    "reason.over": Text("đã hết giờ", "its time was over"),
    "reason.switch": Text("loa không bật được", "the loudspeakers could not be switched on"),
    "reason.starved": Text("tiếng ngừng giữa chừng", "its sound stopped coming"),
    "reason.underruns": Text(
        "mất tiếng quá nhiều chỗ (hơn 1 %)", "too much of it was silent (more than 1 %)"
    ),
    "reason.stopped": Text("bị dừng", "it was stopped"),
    "reason.trial": Text("kỹ thuật viên thử", "a technician's trial"),
    "issue.subject": Text("ở: {0}", "where: {0}"),
    "issue.since": Text("từ: {0}", "since: {0}"),
    "issue.hint": Text("chi tiết: {0}", "detail: {0}"),
    "order.until": Text("tự hết: {0}", "ends: {0}"),
    "play.people": Text("soạn: {0}; duyệt: {1}", "by {0}; approved by {1}"),
    "needs": Text(
        "Cần {0} chữ ký của vai trò {1}; còn thiếu {2}, trong số: {3}",
        "Role {1} needs {0} signature(s); {2} more, of: {3}",
    ),
    "needs.none": Text(
        "Đủ {0} chữ ký của vai trò {1}", "All {0} signature(s) of role {1} are there"
    ),
    "needs.unknown": Text(
        "Không có --root nên không biết ai còn phải ký",
        "Without --root nobody can tell who still must sign",
    ),
    "ask": Text("Ký tài liệu này?", "Sign this document?"),
    "secret": Text("Mật khẩu của khoá", "Passphrase of the key"),
    "written": Text("Đã ghi vào {0}", "Written to {0}"),
    "drafted": Text("Đã soạn, CHƯA KÝ: {0}", "Drafted, NOT SIGNED: {0}"),
    "withheld": Text("Đã thu hồi {0}", "{0} is withheld"),
    "reinstated": Text("Đã cho phát lại {0}", "{0} is reinstated"),
    "not_withheld": Text("{0} không bị thu hồi", "{0} is not withheld"),
    "fault.no_role": Text(
        "tệp root không có vai trò {0}: xem lại tên vai trò hoặc dùng tệp root mới",
        "the root file has no role {0}: look at the name, or take the new root file",
    ),
    "fault.kind": Text(
        "vai trò {0} không được ký loại văn bản này ({1})",
        "role {0} may not sign this kind of document ({1})",
    ),
    "fault.scope": Text(
        "vai trò {0} không có quyền ký {1} cho {2}",
        "role {0} has no say on {1} for {2}",
    ),
    "fault.late": Text(
        "đã quá 30 phút kể từ lúc soạn, trạm sẽ từ chối: soạn và ký lại",
        "more than 30 minutes since it was drafted, stations would refuse it: draft and sign anew",
    ),
    "fault.early": Text(
        "chưa đến giờ: phát đi từ {0}",
        "too early: send it from {0}",
    ),
    "fault.short_cancel": Text(
        (
            "lệnh huỷ hết hạn {0}, trước báo động mà nó rút lại ({1}): trạm mất liên lạc sẽ giữ báo"
            " động ấy. Soạn lại bằng draft cancel --alarm; đang kêu thì phát ngay với --stop-now"
        ),
        (
            "the cancel ends {0}, before the alarm that it withdraws ({1}): a station out of reach"
            " would keep that. Draft it with --alarm; to stop one that sounds, add --stop-now"
        ),
    ),
    "fault.ttl": Text(
        "văn bản của vai trò {0} chỉ được có hiệu lực nhiều nhất {1}",
        "a document of role {0} may live {1} at the most",
    ),
    "fault.key": Text(
        "khoá này không thuộc vai trò {0}; vai trò ấy gồm: {1}",
        "this key is none of role {0}, whose holders are: {1}",
    ),
    "grant": Text(
        "Cho nói trực tiếp “{0}”, cụm loa {1}, chậm {2} ms; luồng {3}",
        "Allows live voice “{0}”, zones {1}, {2} ms behind; stream {3}",
    ),
    **_OF_FILE,
    **_OF_PUBLISH,
    **_OF_LIVE,
    **_OF_SOUND,
    **_OF_SUPPORT,
}


def translate(lang: Lang, code: str, *args: object) -> str:
    """The text of a code; an unknown code is returned as it is."""
    return look_up(PHRASES, code, lang, *args)


def name_language(code: str, lang: Lang) -> str:
    """The name of a language, or its code when it has no name here."""
    name = translate(lang, f"lang.{code}")
    return code if name.startswith("lang.") else name
