"""The texts of `summary`, Vietnamese and English, by stable code."""

from __future__ import annotations

from central.messages.alarm_messages import PHRASES as _OF_ALARM
from central.messages.calendar_messages import PHRASES as _OF_CALENDAR
from central.messages.change_messages import PHRASES as _OF_CHANGE
from central.messages.echo_messages import PHRASES as _OF_ECHO
from central.messages.enrolment_messages import PHRASES as _OF_ENROLMENT
from central.messages.file_messages import PHRASES as _OF_FILE
from central.messages.ignored_messages import PHRASES as _OF_IGNORED
from central.messages.live_messages import PHRASES as _OF_LIVE
from central.messages.move_messages import PHRASES as _OF_MOVE
from central.messages.play_messages import PHRASES as _OF_PLAY
from central.messages.publish_messages import PHRASES as _OF_PUBLISH
from central.messages.signing_messages import PHRASES as _OF_SIGNING
from central.messages.sound_messages import PHRASES as _OF_SOUND
from central.messages.stick_messages import PHRASES as _OF_STICK
from central.messages.support_messages import PHRASES as _OF_SUPPORT
from central.messages.welcome_messages import PHRASES as _OF_WELCOME
from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    "backed_up": Text(
        "Đã sao lưu vào {0}: {1} trạm, {2} văn bản, {3} bản ghi",
        "Backed up to {0}: {1} stations, {2} documents, {3} records",
    ),
    "pictured": Text("{0}: khung hình {1}", "{0}: frame {1}"),
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
    "class.filler": Text("lấp chỗ trống", "filler"),
    "class.scheduled": Text("thông thường", "routine"),
    "class.relay": Text("tiếp âm, trực tiếp", "relayed or live"),
    "class.local_voice": Text("nói tại trạm", "spoken at the station"),
    "class.config": Text("cấu hình", "configuration"),
    "class.command": Text("lệnh", "command"),
    "class.silence": Text("ngắt tiếng", "silence"),
    "class.authority": Text("giao quyền", "authority"),
    "playlist": Text(
        "Thay toàn bộ khe “{1}” bằng {0} mục:",
        "Replaces the whole slot “{1}” by {0} item(s):",
    ),
    "playlist.filler": Text(
        "  NỀN: thấp hơn mọi mục của lịch khác, tự nhường và phát tiếp; không tính buổi phát",
        "  FILLER: below all items of other schedules, gives way and goes on; counts as no session",
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
    "start.after_timed": Text(
        "ngay sau mục {0} (giờ {1} ghi ở mục này KHÔNG được dùng)",
        "right after item {0} (the time {1} that it states is NOT used)",
    ),
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
    "body.relay": Text(
        "TIẾP ÂM {0} (hộp tự kéo, chỉ tin được đường truyền)",
        "RELAYS {0} (pulled by the box, authentic by transport only)",
    ),
    "body.say": Text("ĐỌC “{0}”", "SAYS “{0}”"),
    "body.say.words": Text(" (thành lời: “{0}”)", " (in words: “{0}”)"),
    "body.show": Text("HIỆN “{0}”", "SHOWS “{0}”"),
    "body.input": Text(
        "HIỆN TRỰC TIẾP ngõ vào {0} của card bảng: hình không ai ký",
        "SHOWS LIVE input {0} of the board's card: pictures that nobody signs",
    ),
    "body.scene": Text("HIỆN {0}, trong {1}", "SHOWS {0}, for {1}"),
    "element.text": Text("chữ “{0}”", "text “{0}”"),
    "element.ticker": Text("chữ chạy “{0}”", "running text “{0}”"),
    "element.image": Text("một hình ảnh", "an image"),
    "element.qr": Text("mã QR {0}", "QR code {0}"),
    "element.clock": Text("đồng hồ", "a clock"),
    "element.full_clock": Text("đồng hồ có thứ và ngày", "a clock with weekday and date"),
    "element.countdown": Text("chữ “{0}”, đếm ngược đến {1}", "text “{0}”, counting down to {1}"),
    "region": Text("luân phiên: {0}", "in turn: {0}"),
    "element.video": Text("một đoạn phim", "a video"),
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
    "fault.no_light_limit": Text("không có tên ấy; có: {0}", "no such limit; there are: {0}"),
    "noise.replaced": Text("đã được thay bằng {0}", "replaced by {0}"),
    "noise.no_figures": Text(
        "  chưa ai nhập bảng mức của bản này: đọc văn bản gốc rồi bổ sung vào noise_caps.yaml",
        "  nobody has entered its table yet: read the text itself, then add it to noise_caps.yaml",
    ),
    "light.night": Text(
        "  ban đêm nhiều nhất {0} cd/m²; bảng trắng hết cỡ {1} cd/m² thì night_pct là {2}",
        "  at most {0} cd/m² by night; where all white is {1} cd/m², night_pct is {2}",
    ),
    "noise.checked": Text("  đối chiếu ngày {0}: {1}", "  compared on {0}: {1}"),
    "cap_distance": Text(
        "Nhà gần nhất coi như cách loa {0} m", "The nearest home counts as {0} m from the horn"
    ),
    "maintenance": Text("Giờ bảo trì, không phát: {0}", "Maintenance, without sound: {0}"),
    "zone_classes": Text(
        "Loa ở {0} chỉ phát bản tin: {1} (và tin khẩn cấp)",
        "At an {0} only these classes sound: {1} (and emergencies)",
    ),
    "language_duty": Text(
        "Tiếng {0}: ít nhất {1} % thời gian nói mỗi tuần (thiếu thì báo, không chặn)",
        "{0}: at least {1} % of each week's speech (a lack is told and refuses nothing)",
    ),
    "face_issuers": Text(
        "Mặt bảng {0} chỉ hiện hình do {1} ký (và tin khẩn cấp)",
        "The face {0} shows pictures signed by {1} only (and emergencies)",
    ),
    "site_work.door.tests": Text(
        "Cửa tủ mở: không âm thử, chuông kiểm tra hay nói trực tiếp từ xa; lịch vẫn phát",
        "Open cabinet: no test tone, check chime or live voice from afar; the schedule plays",
    ),
    "site_work.door.programme": Text(
        "Cửa tủ mở: loa chỉ phát tin khẩn cấp",
        "Open cabinet: loudspeakers sound emergencies alone",
    ),
    "site_work.all": Text("mọi nơi có quyền khẩn cấp", "whoever may sign one"),
    "site_work.lockout": Text(
        "Khóa an toàn bật (có người trên cột): chỉ tin khẩn cấp của {0}, báo trước nhỏ {1} giây",
        "Lockout on (somebody is up there): emergencies of {0} alone, after {1} s of quiet warning",
    ),
    "site_work.lockout.none": Text(
        "Khóa an toàn bật (có người trên cột): loa KHÔNG phát gì, kể cả tin khẩn cấp",
        "Lockout on (somebody is up there): loudspeakers sound NOTHING, not even an emergency",
    ),
    "site_work.boards.black": Text(
        "Khóa an toàn bật: bảng đen, trừ tin khẩn cấp", "Lockout on: boards black, but emergencies"
    ),
    "site_work.boards.show": Text(
        "Khóa an toàn bật: bảng vẫn hiện", "Lockout on: boards go on showing"
    ),
    "site_work.left_on": Text(
        "Khóa an toàn bật quá {0} giờ thì báo để quên",
        "A lockout that is on for more than {0} h is reported as left on",
    ),
    "board_light.day_pct": Text(
        "Bảng điện tử sáng nhiều nhất {0} %", "Boards shine at most {0} % bright"
    ),
    "board_light.night_pct": Text(
        "Ban đêm bảng điện tử sáng nhiều nhất {0} %", "By night boards shine at most {0} % bright"
    ),
    "board_light.advert_pct": Text(
        "Quảng cáo trên bảng điện tử sáng nhiều nhất {0} %",
        "Adverts on boards shine at most {0} % bright",
    ),
    "adverts.none": Text("Loa không phát quảng cáo", "No adverts on loudspeakers"),
    "adverts": Text("Loa được phát quảng cáo trong giờ {0}", "Adverts on loudspeakers within {0}"),
    "adverts.day_pct": Text(
        "Quảng cáo nhiều nhất {0} % thời gian phát trong ngày",
        "Adverts: at most {0} % of the day's sound",
    ),
    "adverts.session_pct": Text(
        "Quảng cáo nhiều nhất {0} % thời gian của mỗi buổi",
        "Adverts: at most {0} % of each session's sound",
    ),
    "stagger_turn": Text(
        "Mục phát lần lượt: trạm ở nhóm {0} (0 là nhóm đầu), cách nhau {1} nếu mục không nêu",
        "Staggered items: group {0} (0 is the first), {1} apart where the item states none",
    ),
    "chime_check": Text(
        "Chuông kiểm tra loa: {0}, {1}; {2}", "Chime that checks the loudspeakers: {0}, {1}; {2}"
    ),
    "hour_level": Text("Âm lượng {0}–{1}: {2} dB", "Volume {0}–{1}: {2} dB"),
    "zone.ordinary": Text("khu vực thường", "ordinary area"),
    "zone.special": Text("khu vực đặc biệt", "special area"),
    "sessions": Text("Nhiều nhất {0} buổi mỗi ngày", "At most {0} sessions a day"),
    "minutes": Text("Mỗi buổi dài nhất {0} phút", "At most {0} minutes a session"),
    "weekdays": Text("Ngày được phát: {0}", "Days allowed: {0}"),
    "inputs": Text("Được hiện trực tiếp trên bảng từ ngõ vào: {0}", "Boards may show inputs: {0}"),
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
    "do.blank": Text(
        "ĐỂ ĐEN {0} {2} (tin khẩn cấp vẫn hiện)",
        "BLANK {0} {2} (emergencies are still seen)",
    ),
    "do.unblank": Text("Cho hiện lại {0}", "Show pictures again on {0}"),
    "do.dim": Text(
        "Giảm sáng {0}: nhiều nhất {1} % {2} (tin khẩn cấp không đổi)",
        "Dim {0}: at most {1} % {2} (emergencies unchanged)",
    ),
    "do.screenshot": Text("Chụp lại hình đã gửi lên {0}", "Picture of what was sent to {0}"),
    "do.faces": Text("mặt bảng {0}", "the faces {0}"),
    "do.every_face": Text("mọi mặt bảng", "all faces"),
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
    "grant": Text(
        "Cho nói trực tiếp “{0}”, cụm loa {1}, chậm {2} ms; luồng {3}",
        "Allows live voice “{0}”, zones {1}, {2} ms behind; stream {3}",
    ),
    **_OF_ALARM,
    **_OF_CALENDAR,
    **_OF_CHANGE,
    **_OF_ECHO,
    **_OF_ENROLMENT,
    **_OF_FILE,
    **_OF_MOVE,
    **_OF_PLAY,
    **_OF_PUBLISH,
    **_OF_IGNORED,
    **_OF_LIVE,
    **_OF_SIGNING,
    **_OF_SOUND,
    **_OF_STICK,
    **_OF_SUPPORT,
    **_OF_WELCOME,
}


def translate(lang: Lang, code: str, *args: object) -> str:
    """The text of a code; an unknown code is returned as it is."""
    return look_up(PHRASES, code, lang, *args)


def name_language(code: str, lang: Lang) -> str:
    """The name of a language, or its code when it has no name here."""
    name = translate(lang, f"lang.{code}")
    return code if name.startswith("lang.") else name
