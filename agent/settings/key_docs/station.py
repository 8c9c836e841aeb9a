"""Keys of the whole station: identity, broker, root, page, policy, media."""

from __future__ import annotations

from agent.settings.key_docs.entry import KeyDoc
from texts.catalogue import Text

STATION: dict[str, KeyDoc] = {
    "station": KeyDoc(
        Text(
            "mã trạm, do tỉnh cấp, giữ suốt đời thiết bị, trùng với tên trong chứng thư",
            "the station's id, given by the province, for the box's whole life; the name in its"
            " certificate",
        ),
        "tv-cl-0007",
    ),
    "province": KeyDoc(
        Text(
            "mã tỉnh của hộp này: hộp chưa từng có vị trí chỉ nhận station-config đầu tiên ở"
            " tỉnh này,"
            " hoặc của tỉnh mới đã nhận cả mã này; để trống thì ở tỉnh nào cũng nhận",
            "the code of the box's province: a box that never had a place takes its first"
            " station-config only there, or from a province that was given this code as well; in"
            " any"
            " province without this key",
        ),
        "84",
    ),
    "broker": KeyDoc(
        Text(
            "máy chủ MQTT của tỉnh và ba tệp để hai bên nhận ra nhau (TLS)",
            "the province's MQTT broker, and the three files by which both sides know each other"
            " (TLS)",
        ),
        None,
    ),
    "broker.host": KeyDoc(
        Text(
            "tên máy chủ, không có cổng và không có mqtt://",
            "the host's name, without port and without mqtt://",
        ),
        "mqtt.tinh.gov.vn",
    ),
    "broker.port": KeyDoc(Text("cổng có TLS", "the port with TLS"), 8883),
    "broker.ca": KeyDoc(
        Text(
            "chứng thư gốc của máy chủ, đường dẫn đầy đủ",
            "certificate of the broker's authority, absolute path",
        ),
        "/etc/tramtin/broker-ca.pem",
    ),
    "broker.cert": KeyDoc(
        Text("chứng thư của trạm, đường dẫn đầy đủ", "the station's certificate, absolute path"),
        "/etc/tramtin/device.pem",
    ),
    "broker.key": KeyDoc(
        Text(
            "khoá riêng của trạm, đường dẫn đầy đủ; chỉ root đọc được (quyền 600)",
            "the station's private key, absolute path; only root may read it (mode 600)",
        ),
        "/etc/tramtin/device.key",
    ),
    "broker.keepalive_s": KeyDoc(
        Text(
            "khi im lặng, cứ chừng này lại báo mình còn đó",
            "how often the box sends a keep-alive while the link is silent",
        ),
        120,
    ),
    "broker.retry_base_s": KeyDoc(
        Text(
            "chờ lần đầu sau khi mất kết nối; các lần sau chờ lâu dần, tối đa gấp 300",
            "first wait after a lost link; later waits grow up to 300 times this",
        ),
        1,
    ),
    "root": KeyDoc(
        Text(
            "gốc tin cậy: tệp nói ai được quyền ra lệnh; không có tệp này trạm không chạy",
            "root of trust: the file that defines who may sign; without it the station does not"
            " run",
        ),
        "/etc/tramtin/root.json",
    ),
    "state": KeyDoc(
        Text(
            "thư mục giữ lịch, tệp âm thanh và nhật ký; phải nằm trên đĩa còn nguyên khi mất điện",
            "folder of schedules, media and journal; on a disk that survives a power cut",
        ),
        "/var/lib/tramtin",
    ),
    "page": KeyDoc(
        Text(
            "trang trạng thái cho điện thoại; có khoá này mới có trang, kể cả khi để {}",
            "the status page for a phone; it is on only when this key is there, even as {}",
        ),
        None,
    ),
    "page.listen": KeyDoc(
        Text(
            "mở thêm trên một cổng mạng nội bộ; bỏ trống thì chỉ mở ở 127.0.0.1:8080",
            "one additional local network port; without it only 127.0.0.1:8080",
        ),
        "192.168.10.1:8080",
    ),
    "page.pin": KeyDoc(
        Text(
            "mã mở phần điều khiển trên trang (thử loa, tắt tiếng): 6 đến 12 chữ số, viết trong"
            " nháy",
            "unlocks the controls of the page (test tone, silence): 6 to 12 digits, in quotes",
        ),
        None,
    ),
    "policy": KeyDoc(
        Text(
            "siết thêm tại chỗ; không bao giờ nới được những gì đã ký",
            "local restrictions; they never widen what was signed",
        ),
        None,
    ),
    "policy.quiet_hours": KeyDoc(
        Text(
            "giờ yên lặng tại chỗ, thêm vào giờ đã ký; gồm giờ đầu, không gồm giờ cuối; giờ Việt"
            " Nam",
            "local quiet hours in addition to the signed ones; start included, end not;"
            " Vietnamese time",
        ),
        ["21:00-05:00"],
    ),
    "policy.caps": KeyDoc(
        Text(
            "mức trần tại nhà gần nhất, thêm vào mức đã ký; mức nào thấp hơn thì theo",
            "loudest level at the nearest home, in addition to the signed ones; the lower counts",
        ),
        None,
    ),
    "policy.caps[].zone_kind": KeyDoc(
        Text("loại cụm loa mà mức này áp dụng", "the kind of cluster that it applies to"),
        "ordinary",
    ),
    "policy.caps[].window": KeyDoc(
        Text("từ giờ nào đến giờ nào, giờ Việt Nam", "from when to when, Vietnamese time"),
        "21:00-06:00",
    ),
    "policy.caps[].dba": KeyDoc(
        Text("mức to nhất tại nhà gần nhất", "the loudest level at the nearest home"), 55, "dB(A)"
    ),
    "policy.levels": KeyDoc(
        Text(
            "âm lượng theo giờ (tối, đêm), thêm vào mức đã ký; mức nào thấp hơn thì theo",
            "volume by the hour (evening, night), besides the signed one; the lower counts",
        ),
        None,
    ),
    "policy.levels[].window": KeyDoc(
        Text("từ giờ nào đến giờ nào, giờ Việt Nam", "from when to when, Vietnamese time"),
        "18:00-21:00",
    ),
    "policy.levels[].gain_db": KeyDoc(
        Text("thấp hơn mức hiệu chuẩn chừng này", "below the calibrated level by so much"), -6
    ),
    "policy.maintenance": KeyDoc(
        Text(
            "giờ bảo trì tại chỗ, thêm vào giờ đã ký: như giờ yên lặng, không phát gì, trừ tin khẩn"
            " cấp",
            "local maintenance windows in addition to the signed ones: as quiet hours, no sound but"
            " emergencies",
        ),
        ["10:00-11:00"],
    ),
    "policy.sessions_per_day": KeyDoc(
        Text(
            "nhiều nhất mấy buổi phát mỗi ngày; số nhỏ hơn của đã ký và tại chỗ thì theo",
            "sessions a day; the smaller of the signed and the local number counts",
        ),
        2,
    ),
    "policy.minutes_per_session": KeyDoc(
        Text(
            "mỗi buổi dài nhất mấy phút; số nhỏ hơn thì theo",
            "minutes a session; the smaller number counts",
        ),
        45,
    ),
    "policy.weekdays": KeyDoc(
        Text(
            "chỉ phát những ngày này, 1 là thứ Hai, 7 là Chủ nhật; phải có cả ở đã ký",
            "sound on these days alone, 1 is Monday; a day counts if it is signed as well",
        ),
        [1, 2, 3, 4, 5],
    ),
    "policy.adverts": KeyDoc(
        Text(
            "siết thêm quảng cáo; cấu hình đã ký không cho thì không phát",
            "further limits of adverts; none are played unless the signed policy allows them",
        ),
        None,
    ),
    "policy.adverts.windows": KeyDoc(
        Text(
            "quảng cáo chỉ trong những giờ này, và trong giờ đã ký; [] là không phát",
            "adverts within these hours and the signed ones; [] is none",
        ),
        ["08:00-10:00"],
    ),
    "policy.adverts.day_pct": KeyDoc(
        Text(
            "quảng cáo nhiều nhất bấy nhiêu phần trăm thời gian phát trong ngày; 0 là không phát",
            "adverts are at most so much of the day's sound; 0 is none",
        ),
        5,
        "%",
    ),
    "policy.adverts.session_pct": KeyDoc(
        Text(
            "quảng cáo nhiều nhất bấy nhiêu phần trăm thời gian của buổi phát",
            "adverts are at most so much of a session's sound",
        ),
        10,
        "%",
    ),
    "policy.zone_classes": KeyDoc(
        Text(
            "hạng nào được phát ở loại cụm loa nào; phải có cả ở đã ký. Tin khẩn cấp luôn phát",
            "which classes sound at clusters of a kind; a class counts if it is signed as well."
            " Emergencies always sound",
        ),
        None,
    ),
    "policy.zone_classes[].zone_kind": KeyDoc(
        Text("loại cụm loa mà dòng này áp dụng", "the kind of cluster that it applies to"),
        "special",
    ),
    "policy.zone_classes[].classes": KeyDoc(
        Text(
            "những hạng được phát ở đó; [] là chỉ tin khẩn cấp",
            "the classes that sound there; [] is emergencies alone",
        ),
        ["priority"],
    ),
    "speech": KeyDoc(
        Text(
            "đọc chữ thành tiếng; cần gói espeak-ng của Debian",
            "reading text aloud; needs Debian's package espeak-ng",
        ),
        None,
    ),
    "speech.dialect": KeyDoc(
        Text(
            "giọng và cách đọc số của trạm: north Bắc, central Trung, south Nam; văn bản có ghi"
            " giọng thì theo văn bản",
            "voice and numbers of the station; a document that names a dialect goes before it",
        ),
        "south",
    ),
    "speech.syllables_per_minute": KeyDoc(
        Text(
            "tốc độ đọc, tiếng mỗi phút; loa ngoài trời nên đọc chậm",
            "the rate, in syllables; outdoors slow is understood better",
        ),
        140,
    ),
    "speech.pause_ms": KeyDoc(
        Text(
            "nghỉ sau mỗi câu; sau mỗi dòng nghỉ gấp đôi",
            "the pause behind a sentence; behind a line twice as much",
        ),
        450,
    ),
    "media": KeyDoc(Text("tải tệp âm thanh và hình ảnh", "fetching sound and pictures"), None),
    "media.allow_private": KeyDoc(
        Text(
            "cho tải tệp và kéo đài từ địa chỉ mạng riêng, với máy chủ mà cấu hình trạm đã ký nêu"
            " tên",
            "allow private addresses for files and relays, of hosts that the signed station-config"
            " names",
        ),
        example=False,
    ),
}
