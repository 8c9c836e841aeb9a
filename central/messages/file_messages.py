"""The texts for faults of officers' YAML files, and for refusals whose detail is English."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    # the expected value at a place of an officer's file
    "file.end": Text(
        "một ngày không trước `from`, chưa qua",
        "a day not before `from`, nor past",
    ),
    "file.most_days": Text(
        "nhiều nhất {0} ngày kể từ nay, với khe và hạng này",
        "at most {0} days from now in this slot and class",
    ),
    "file.most_2h": Text("nhiều nhất 2h", "at most 2h"),
    "file.id_once": Text("mỗi id dùng một lần", "an id used once"),
    "file.id_of_other": Text("id của một mục khác", "the id of another item"),
    "file.after_ring": Text(
        "một chuỗi mục bắt đầu từ mục có giờ `at`",
        "a chain that begins with an item with a time `at`",
    ),
    "file.one_sound": Text(
        "một trong play, relay, say; và/hoặc show",
        "one of play, relay, say; and/or show",
    ),
    "file.play_or_show": Text(
        "ít nhất một trong `play`, `say`, `show`", "at least one of `play`, `say`, `show`"
    ),
    "file.at": Text("`at`: một hay nhiều giờ phát", "`at`: one or more clock times"),
    "file.at_once": Text("mỗi giờ phát ghi một lần", "no clock time twice"),
    "file.day": Text(
        "ngày như daily, t2-t7, cn, mon-sat, ngay-le, tet, hoặc @ và tên riêng",
        "days such as daily, t2-t7, cn, mon-sat, ngay-le, tet, or @ and a name of your own",
    ),
    "file.monthly": Text(
        "ngày trong tháng: 15, cuoi, t2/1 (thứ Hai đầu tiên), cn/cuoi",
        "days of the month: 15, last, mon/1 (the first Monday), sun/last",
    ),
    "file.lunar": Text(
        "ngày âm lịch: 15/*, 10/3, cuoi/12, 15/6n (tháng nhuận)",
        "lunar dates: 15/*, 10/3, last/12, 15/6n (leap month)",
    ),
    "file.rrule": Text(
        "quy tắc lặp theo RFC 5545, chỉ nêu ngày: {0}",
        "a recurrence of RFC 5545 that names days only: {0}",
    ),
    "file.except": Text(
        "ngày như 2026-12-25, ngày âm như 15/*, hay tên như tet, ngay-le, @hoi-lang",
        "dates such as 2026-12-25, lunar ones such as 15/*, or names such as tet, ngay-le",
    ),
    "file.every_from": Text(
        "`from` của riêng mục: mấy tuần một lần thì đếm từ tuần ấy",
        "the item's own `from`: the weeks are counted from it",
    ),
    "file.year_dates": Text("các ngày của năm {0}", "dates of {0}"),
    "file.year": Text("một năm chưa qua", "a year that is not past"),
    "file.known_set": Text("một tên có trong `sets`, hoặc quoc-tang", "a name in `sets`"),
    "file.set_name": Text(
        "tên bằng a-z, 0-9, -; quoc-tang và ngay-lam-viec không liệt kê; có ngay-le thì có lam-bu",
        "names of a-z, 0-9, -; not quoc-tang, ngay-lam-viec; ngay-le goes with lam-bu",
    ),
    "file.date_or_span": Text("`date`, hoặc `from` và `until`", "`date`, or `from` and `until`"),
    "file.calendar_early": Text(
        "từ ngày {0} mới ký được lịch năm này: hiệu lực dài nhất 400 ngày",
        "a calendar of this year can be signed from {0} on: none is valid for more than 400 days",
    ),
    "file.date": Text("một ngày có thật, năm-tháng-ngày", "a day that exists, year-month-day"),
    "file.after_from": Text("một ngày không trước `from`", "a day not before `from`"),
    "file.within_or_after": Text(
        "`within` hoặc `after`, một trong hai", "either `within` or `after`"
    ),
    "file.after_alone": Text(
        "không có: mục `after` nối theo mục kia, không có giờ và lượt riêng",
        "absent: an item with `after` follows the other and has no times nor turn of its own",
    ),
    "file.filler": Text(
        "chỉ ở `slot: base`, `class: routine`", "only in `slot: base`, `class: routine`"
    ),
    "file.standby": Text(
        "hình chờ chỉ ở `slot: base`, `class: routine`, là hình tĩnh (`text`, `image`, `qr`), không"
        " kèm tiếng",
        "a standby picture is a still one (`text`, `image`, `qr`) in `slot: base`,"
        " `class: routine`, without sound",
    ),
    "file.relay": Text(
        "một địa chỉ https, ở hạng routine",
        "an https address, in class routine",
    ),
    "file.relay_for": Text("`for`: tiếp âm bao lâu", "`for`: how long to relay"),
    "file.show": Text(
        "text, ticker, clock, qr, image, video, slides hoặc regions",
        "text, ticker, clock, qr, image, video, slides or regions",
    ),
    "file.turn": Text("text, clock, qr hoặc image", "text, clock, qr or image"),
    "file.slides_or_image": Text("slides hoặc image, không cả hai", "slides or image, not both"),
    "file.video_or_image": Text(
        "video, image hoặc slides, chỉ một trong ba", "one of video, image and slides"
    ),
    "file.clip.kind": Text(
        "một đoạn phim loại {0}: `tramtin-central prepare-video` làm ra tệp như thế",
        "a clip that is {0}: `tramtin-central prepare-video` makes one",
    ),
    "file.clip.shape": Text(
        "điểm ảnh vuông, không xoay ({0}): `tramtin-central prepare-video` làm ra tệp như thế",
        "square pixels, not turned ({0}): `tramtin-central prepare-video` makes such a file",
    ),
    "file.clip.pixels": Text(
        "nhiều nhất {0} (rộng x cao @ hình mỗi giây), mức mà hộp kịp giải mã",
        "at most {0} (width x height @ frames a second), which a box decodes in time",
    ),
    "file.clip.kbit_s": Text(
        "nhiều nhất {0}, mức mà hộp kịp giải mã", "at most {0}, which a box decodes in time"
    ),
    "file.clip.minutes": Text("dài nhất {0}", "at most {0} long"),
    "file.clip.mib": Text("nặng nhất {0}", "a file of at most {0}"),
    "file.clip.length": Text("độ dài đúng như tệp có: {0}", "the length that the file has: {0}"),
    "fault.clip_folder": Text(
        "văn bản có phim: thêm --media-dir, thư mục chứa các tệp theo mã băm, để xem hộp có kịp "
        "giải mã không",
        "it has clips: add --media-dir, the folder of files by digest, so that they can be checked",
    ),
    "file.clip.flash": Text(
        "phim không nhấp nháy: từ giây {0} sáng tối đổi quá 3 lần trong một giây, người lái xe bị "
        "lóa, người động kinh lên cơn",
        "a clip that does not flash: from second {0} light and dark change more than three times a "
        "second, which blinds drivers and harms people with epilepsy",
    ),
    "file.regions": Text("nhiều nhất {0}, tính cả slides", "at most {0}, slides included"),
    "file.input": Text(
        "hình trực tiếp nhiều nhất {0} giờ mỗi lần", "a live picture lasts {0} hours at most"
    ),
    "file.region_place": Text(
        "`place`, hoặc `box` [trái, trên, rộng, cao] tính bằng phần trăm, nằm trong bảng",
        "`place`, or `box` [left, top, width, height] in percent, inside the face",
    ),
    "flash.turn": Text(
        "“{0}”: một hình chỉ hiện {1}, ít nhất phải {2} cho khỏi chớp về phía đường ({3})",
        "“{0}”: a picture stays for {1}, at least {2} are needed so that it does not flash towards "
        "traffic ({3})",
    ),
    "file.banner": Text(
        "mục chỉ có `show`, không có slides, regions, standby",
        "an item of `show` alone, without slides, regions, standby",
    ),
    "file.dwell": Text(
        "ít nhất {0}, cho khỏi chớp về phía đường", "at least {0}, not to flash towards traffic"
    ),
    "file.count_text": Text(
        "`text`: đếm ngược đến việc gì", "`text`: what the days are counted to"
    ),
    "file.picture_for": Text("`for`: hiện hình bao lâu", "`for`: how long to show it"),
    "file.type": Text("một tệp loại {0}*", "a file of type {0}*"),
    "file.beside": Text("một tệp nằm cùng thư mục", "a file beside this one"),
    "file.exists": Text("một tệp có thật", "a file that exists"),
    "file.medium": Text(
        "một tệp âm thanh hoặc hình mà trạm phát được ({0})",
        "a sound or picture that stations play ({0})",
    ),
    "file.value": Text("một giá trị khác ({0})", "another value ({0})"),
    # refusals; the detail that follows in brackets is English
    "error.E_SCHEMA": Text(
        "văn bản sai dạng, trạm sẽ từ chối",
        "malformed, stations would refuse it",
    ),
    "error.E_JSON": Text(
        "tệp không phải văn bản của hệ thống này", "not a document of this system"
    ),
    "error.E_ENVELOPE": Text("tệp ký không dùng được", "the signed file cannot be used"),
    "error.E_TYPE": Text("loại văn bản lạ", "a strange kind of document"),
    "error.E_SIZE": Text("văn bản quá lớn", "too large"),
    "error.E_KEY": Text("sai mật khẩu, hoặc tệp không phải khoá", "wrong passphrase, or not a key"),
    "error.E_MEDIA": Text(
        "tệp âm thanh hoặc hình không dùng được",
        "the sound or picture cannot be used",
    ),
    "error.E_DISK": Text("đĩa không ghi được", "the disk takes no writes"),
    "error.E_CLIP_LIMIT": Text(
        "hộp không kịp giải mã đoạn phim này: dùng `tramtin-central prepare-video`",
        "boxes do not decode this clip in time: use `tramtin-central prepare-video`",
    ),
    "error.E_FLASH": Text(
        "hình chớp về phía đường, người lái xe bị lóa", "it flashes towards traffic"
    ),
    "error.E_CLIP": Text("công cụ âm thanh báo lỗi", "the sound tool failed"),
    "error.E_VERSION": Text(
        "cơ sở dữ liệu do bản mới hơn ghi: cài bản ấy, hoặc dùng bản sao lưu trước khi nâng cấp",
        "a newer release wrote the database: install that one, or take the backup from before",
    ),
    "error.E_NOT_INSTALLED": Text(
        "máy này chưa cài phần ấy của chương trình", "this part of the program is not installed"
    ),
    "error.E_UNREADABLE": Text("không đọc được tệp", "the file cannot be read"),
    "fault.E_SCOPE": Text("vai trò không có quyền ấy ({0})", "the role has no such right ({0})"),
    "fault.E_HOURS": Text(
        "ngoài giờ mà vai trò được phép phát ({0})",
        "outside the hours that the role may use ({0})",
    ),
    "fault.E_PRIO": Text(
        "hạng cao hơn mức vai trò được phép ({0})",
        "a class above what the role may sign ({0})",
    ),
    "fault.signed_already": Text(
        "khoá này đã ký rồi: cần người thứ hai, không phải ký lần nữa",
        "this key has signed already: a second person is needed",
    ),
    "fault.lacks_options": Text("tệp YAML cần thêm {0}", "a YAML file needs {0}"),
    "fault.command_lacks": Text("lệnh {0} cần thêm {1}", "the command {0} needs {1}"),
    "fault.long_mute": Text(
        "chỉ tắt tiếng được nhiều nhất 7 ngày", "a mute lasts seven days at the most"
    ),
    "fault.no_edition": Text(
        "không có bảng mức của bản này; có: {0}", "there are no figures of it; known: {0}"
    ),
    "fault.no_pictures": Text(
        "chưa trạm nào gửi hình; ra lệnh bằng `draft command screenshot`",
        "no station has sent a picture; `draft command screenshot` asks for one",
    ),
    "fault.not_installed": Text(
        "thiếu {0}: pip install 'tramtin[{1}]'", "{0} is missing: pip install 'tramtin[{1}]'"
    ),
    "fault.no_tool": Text(
        "chưa cài {0}: Debian `sudo apt install {1}`, macOS `brew install {1}`, Windows `winget"
        " install {1}`, rồi mở lại cửa sổ",
        "{0} is not installed: Debian `sudo apt install {1}`, macOS `brew install {1}`, Windows"
        " `winget install {1}`, then open a new window",
    ),
    "fault.no_file": Text("không có tệp này", "there is no such file"),
    "fault.says_nothing": Text(
        "cần --play, --say hoặc --show: tin phải nói điều gì",
        "give --play, --say or --show: it must say something",
    ),
    "fault.media_url": Text("--play cần --media-url", "--play needs --media-url"),
    "fault.event_or_alarm": Text(
        "ghi --event hoặc --alarm, một trong hai",
        "give --event or --alarm, one of them",
    ),
}
