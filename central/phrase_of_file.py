"""The words for faults of officers' YAML files, and for refusals whose detail is English."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    # what should stand at a place of an officer's file
    "file.end": (
        "một ngày không trước `from`, chưa qua",
        "a day not before `from`, nor past",
    ),
    "file.most_days": (
        "nhiều nhất {0} ngày kể từ nay, với khe và hạng này",
        "at most {0} days from now in this slot and class",
    ),
    "file.most_2h": ("nhiều nhất 2h", "at most 2h"),
    "file.id_once": ("mỗi id dùng một lần", "an id used once"),
    "file.id_of_other": ("id của một mục khác", "the id of another item"),
    "file.one_sound": (
        "một trong play, relay, say; và/hoặc show",
        "one of play, relay, say; and/or show",
    ),
    "file.play_or_show": ("`play`, `show`, hoặc cả hai", "`play`, `show`, or both"),
    "file.at": ("`at`: một hay nhiều giờ phát", "`at`: one or more clock times"),
    "file.at_once": ("mỗi giờ phát ghi một lần", "no clock time twice"),
    "file.day": (
        "ngày như daily, t2-t7, cn, mon-sat, hoặc mon,wed",
        "days such as daily, t2-t7, cn, mon-sat, or mon,wed",
    ),
    "file.date": ("một ngày có thật, năm-tháng-ngày", "a day that exists, year-month-day"),
    "file.after_from": ("một ngày không trước `from`", "a day not before `from`"),
    "file.within_or_after": ("`within` hoặc `after`, một trong hai", "either `within` or `after`"),
    "file.relay": (
        "một địa chỉ https, ở hạng routine",
        "an https address, in class routine",
    ),
    "file.relay_for": ("`for`: tiếp âm bao lâu", "`for`: how long to relay"),
    "file.show": ("text, qr hoặc image", "text, qr or image"),
    "file.picture_for": ("`for`: hiện hình bao lâu", "`for`: how long to show it"),
    "file.type": ("một tệp loại {0}*", "a file of type {0}*"),
    "file.beside": ("một tệp nằm cùng thư mục", "a file beside this one"),
    "file.exists": ("một tệp có thật", "a file that exists"),
    "file.medium": (
        "một tệp âm thanh hoặc hình mà trạm phát được ({0})",
        "a sound or picture that stations play ({0})",
    ),
    "file.value": ("một giá trị khác ({0})", "another value ({0})"),
    # refusals; the detail that follows in brackets is English
    "error.E_SCHEMA": (
        "văn bản sai dạng, trạm sẽ từ chối",
        "malformed, stations would refuse it",
    ),
    "error.E_JSON": ("tệp không phải văn bản của hệ thống này", "not a document of this system"),
    "error.E_ENVELOPE": ("tệp ký không dùng được", "the signed file cannot be used"),
    "error.E_TYPE": ("loại văn bản lạ", "a strange kind of document"),
    "error.E_SIZE": ("văn bản quá lớn", "too large"),
    "error.E_KEY": ("sai mật khẩu, hoặc tệp không phải khoá", "wrong passphrase, or not a key"),
    "error.E_MEDIA": (
        "tệp âm thanh hoặc hình không dùng được",
        "the sound or picture cannot be used",
    ),
    "error.E_CLIP": ("công cụ âm thanh (ffmpeg) báo lỗi", "the sound tool (ffmpeg) failed"),
    "error.E_VERSION": (
        "cơ sở dữ liệu do bản mới hơn ghi: cài bản ấy, hoặc dùng bản sao lưu trước khi nâng cấp",
        "a newer release wrote the database: install that one, or take the backup from before",
    ),
    "error.E_UNREADABLE": ("không đọc được tệp", "the file cannot be read"),
    "fault.E_SCOPE": ("vai trò không có quyền ấy ({0})", "the role has no such right ({0})"),
    "fault.E_HOURS": (
        "ngoài giờ mà vai trò được phép phát ({0})",
        "outside the hours that the role may use ({0})",
    ),
    "fault.E_PRIO": (
        "hạng cao hơn mức vai trò được phép ({0})",
        "a class above what the role may sign ({0})",
    ),
    "fault.signed_already": (
        "khoá này đã ký rồi: cần người thứ hai, không phải ký lần nữa",
        "this key has signed already: a second person is needed",
    ),
    "fault.lacks_options": ("tệp YAML cần thêm {0}", "a YAML file needs {0}"),
    "fault.says_nothing": (
        "cần --play hoặc --show: tin phải nói điều gì",
        "give --play or --show: it must say something",
    ),
    "fault.media_url": ("--play cần --media-url", "--play needs --media-url"),
    "fault.event_or_alarm": (
        "ghi --event hoặc --alarm, một trong hai",
        "give --event or --alarm, one of them",
    ),
}
