"""What `tramtin stick` and the result on a stick say: Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Lang, Text, look_up

PHRASES: Catalogue = {
    "title": Text("Trạm {0}: kết quả đọc USB", "Station {0}: what the stick brought"),
    "made": Text("Trung tâm nạp USB lúc {0} (UTC)", "Filled by the centre at {0} (UTC)"),
    "not_filled": Text(
        "USB không có tệp cho trạm này: chỉ lấy nhật ký",
        "The stick has nothing for this station: the journal alone was taken",
    ),
    "received": Text(
        "Đã nhận {0} văn bản mới, {1} văn bản đã có từ trước, {2} tệp âm thanh, hình ảnh",
        "{0} new documents, {1} that were here before, {2} sound and picture files",
    ),
    "lacking": Text(
        "Còn thiếu {0} tệp âm thanh, hình ảnh: văn bản đã có, phần thiếu chưa phát được",
        "{0} sound or picture files are still missing: what needs them cannot play yet",
    ),
    "refused": Text("Không nhận: {0}, {1}", "Refused: {0}, {1}"),
    "fault": Text("Lỗi: {0} ({1})", "Fault: {0} ({1})"),
    "records": Text(
        "Đã chép {0} tệp nhật ký vào USB: mang USB về trung tâm",
        "{0} files of the journal are on the stick: take it back to the centre",
    ),
    "bundle": Text("Gói hỗ trợ đã ở trên USB", "The support bundle is on the stick"),
    "unplug": Text("Rút USB được rồi", "The stick can be pulled now"),
    "step.document": Text("văn bản {0}: {1}", "document {0}: {1}"),
    "step.medium": Text("tệp {0}/{1}", "file {0} of {1}"),
    "step.journal": Text("đang chép nhật ký", "copying the journal"),
    "step.bundle": Text("đang gom gói hỗ trợ", "making the support bundle"),
    # outcomes and faults
    "waits": Text(
        "trạm chưa biết ai được ký, hoặc chưa có bản kê của trung tâm",
        "the box does not know who may sign yet, or lacks the centre's list",
    ),
    "E_STICK": Text("USB hỏng hoặc có tệp lạ", "the stick fails, or holds what is no plain file"),
    "E_STICK_CUT": Text(
        "tệp của trạm trên USB không trọn: nạp lại USB ở trung tâm",
        "the station's file on the stick is not whole: fill the stick again",
    ),
    "E_STICK_FULL": Text(
        "USB hết chỗ: nhật ký chưa chép hết", "the stick is full: not all of the journal is on it"
    ),
    "E_NO_AGENT": Text(
        "chương trình trạm không chạy, hoặc ngừng giữa chừng: sudo systemctl status tramtin",
        "the agent does not run, or stopped midway: sudo systemctl status tramtin",
    ),
    "E_BUSY": Text("đang đọc một USB khác", "another stick is being read"),
    "E_DISK": Text("thẻ nhớ của trạm hết chỗ", "the card of the box is full"),
    "E_MEDIA": Text("tệp hỏng, không đúng bản đã ký", "a file that is not what was signed"),
    "E_SIZE": Text("tệp thiếu hoặc thừa dữ liệu", "too short or too long"),
    "E_STALE": Text(
        "USB nạp đã quá lâu: nạp lại ở trung tâm", "filled too long ago: fill it again"
    ),
    "E_REPLAY": Text("USB cũ: trạm đã có bản mới hơn", "an older stick: the box has a newer one"),
    "E_ROLE": Text("người ký không có quyền ở trạm này", "its signer has no right here"),
    "E_STATION": Text("không gửi cho trạm này", "not for this station"),
    "E_EXPIRED": Text("đã hết hạn", "expired"),
    "E_TIME": Text("phải đến ngay qua mạng, không đi bằng USB", "has to come at once, by a link"),
}


def say(code: str, lang: Lang, *args: object) -> str:
    """The text of a code; an unknown one is returned as it is."""
    return look_up(PHRASES, code, lang, *args)


def explain(code: str, lang: Lang) -> str:
    """A code with its words, where there are any."""
    text = say(code, lang)
    return code if text == code else f"{code}: {text}"
