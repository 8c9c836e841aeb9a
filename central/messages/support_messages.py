"""What boxes of this release, or boards of a kind, cannot do: a text for each part of it."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "unsupported.entry": Text("mục “{0}”: {1}", "item “{0}”: {1}"),
    "unsupported.clock": Text(
        "đồng hồ chỉ hiểu %H %M %S %d %m %Y",
        "a clock knows %H %M %S %d %m %Y only",
    ),
    "unsupported.do=resend": Text(
        "hộp tự gửi lại nhật ký cho đến khi trung tâm xác nhận: không cần lệnh này",
        "boxes send their journal by themselves until the centre confirms it: no need to order it",
    ),
    "still_faces": Text(
        (
            "“{0}”: các mặt bảng sau chỉ hiện hình đứng yên, sẽ không có {1}: {2}; chữ chạy thì"
            " đứng, đồng hồ không có giây, các lượt chỉ có lượt đầu"
        ),
        (
            "“{0}”: these faces show stills only and will not have {1}: {2}; running text stands,"
            " clocks have no seconds, of turns there is the first alone"
        ),
    ),
    "letters.small": Text(
        "chữ “{0}” chỉ cao {1} điểm đèn, đọc được phải từ {2}: {3}; viết ngắn lại hoặc chia trang"
        " ({4})",
        "the text “{0}” has letters of {1} lamps, {2} are needed to read it: {3}; write less, or"
        " use several pages ({4})",
    ),
    "letters.too_long": Text(
        "chữ “{0}” dài quá, không hiện được: {1}", "the text “{0}” is too long to be shown: {1}"
    ),
    "motion.ticker": Text("chữ chạy", "running text"),
    "motion.turns": Text("nội dung thay nhau", "content that takes turns"),
    "motion.seconds": Text("giây của đồng hồ", "the seconds of a clock"),
    "motion.countdown": Text("đếm ngược", "a count-down"),
    "motion.video": Text("video", "video"),
    "not_yet": Text("{0} (CHƯA ĐƯỢC THỰC HIỆN ở bản này)", "{0} (NOT OBEYED yet in this release)"),
}
