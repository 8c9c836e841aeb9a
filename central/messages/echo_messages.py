"""The texts of `echo`: faults of pole files, its table, its map and its help."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    # the expected value at a place of a file of poles
    "echo.two_poles": Text("ít nhất hai cột", "at least two poles"),
    "echo.position": Text(
        "`lat` và `lon` (độ), hoặc `x` và `y` (mét)",
        "`lat` and `lon` in degrees, or `x` and `y` in metres",
    ),
    "echo.one_kind": Text(
        "mọi cột cùng một kiểu toạ độ: độ, hoặc mét",
        "the same kind of coordinates for all poles: degrees, or metres",
    ),
    "echo.swapped": Text(
        "lat {0}, lon {1}: vĩ độ và kinh độ bị đổi chỗ",
        "lat {0}, lon {1}: latitude and longitude are swapped",
    ),
    "echo.vietnam": Text(
        "một nơi ở Việt Nam: lat 6 đến 24, lon 102 đến 118",
        "a place in Vietnam: lat 6 to 24, lon 102 to 118",
    ),
    "echo.same_place": Text(
        "một chỗ khác: cột {0} đã ở đúng đây", "another place: pole {0} already stands here"
    ),
    "echo.number": Text("một số như 10,1234 hay 10.1234", "a number such as 10.1234 or 10,1234"),
    "echo.horns": Text(
        "hướng loa, độ từ 0 đến 360, cách nhau bằng dấu cách: 90 270",
        "azimuths of horns, degrees from 0 to 360, with spaces between: 90 270",
    ),
    "echo.headings": Text(
        "dòng đầu có id, lat, lon (hoặc x, y), mỗi tên một lần; thêm được name, horns, reach_m",
        "a first line with id, lat, lon (or x, y), each once; name, horns, reach_m may follow",
    ),
    "echo.cells": Text(
        "không nhiều ô hơn dòng đầu; dấu phẩy thập phân cần dấu chấm phẩy giữa các ô",
        "no more cells than the first line; decimal commas need semicolons between cells",
    ),
    "echo.table": Text("một bảng CSV", "a CSV table"),
    "echo.too_late": Text(
        "{0} nhóm cách nhau {1}: nhóm cuối phát sau hơn sáu giờ, hộp từ chối; dùng --groups, hoặc "
        "bản tin ngắn hơn (--longest)",
        "{0} groups {1} apart: the last starts over six hours late, which boxes refuse; use "
        "--groups, or shorter items (--longest)",
    ),
    "echo.unwritable": Text("không ghi được: {0}", "cannot be written: {0}"),
    # the table
    "echo.summary": Text(
        "{0} cột, {1} cặp nghe vọng nếu đọc cùng lúc. Đề nghị {2} nhóm, cách nhau {3}.",
        "{0} poles, {1} pairs with an echo if they speak at once. Proposed: {2} groups, {3} apart.",
    ),
    "echo.rule": Text(
        "Vọng: hai tiếng cách nhau hơn {0} ms, to nhỏ khác nhau dưới {1} dB, cả hai còn nghe rõ. "
        "Ở {2} °C tiếng đi 1 m mất {3} ms.",
        "An echo: two sounds over {0} ms apart, less than {1} dB different, both understood. "
        "At {2} °C sound takes {3} ms for a metre.",
    ),
    "echo.none": Text(
        "Không cặp nào nghe vọng: các trạm đọc cùng lúc được, không cần nhóm.",
        "No pair makes an echo: all stations can speak at once, no groups are needed.",
    ),
    "echo.pole": Text("Cột", "Pole"),
    "echo.group": Text("Nhóm", "Group"),
    "echo.starts": Text("Phát sau", "Starts after"),
    "echo.delay": Text("Thêm delay_ms", "Add to delay_ms"),
    "echo.hears": Text("Vọng với", "Echoes with"),
    "echo.pair": Text("Cặp", "Pair"),
    "echo.apart": Text("Cách", "Apart"),
    "echo.air": Text("Tiếng đi", "Air"),
    "echo.share": Text("Vùng vọng", "Area"),
    "echo.between": Text("Ở giữa, cách cột trước", "Between, from the first pole"),
    "echo.outside": Text("chỉ ngoài đoạn giữa", "only beyond or beside them"),
    "echo.resolved": Text("hết vọng nhờ delay_ms", "resolved by delay_ms"),
    "echo.remains": Text("VẪN VỌNG: cùng nhóm", "STILL AN ECHO: same group"),
    "echo.remaining": Text(
        "CHÚ Ý: {0} cặp vẫn vọng vì chỉ được {1} nhóm.",
        "BEWARE: {0} pairs still make an echo, because only {1} groups are allowed.",
    ),
    "echo.delay_hint": Text(
        "delay_ms: cộng số này vào `audio: delay_ms` trong station.yaml của trạm; cột ấy phát sớm "
        "hơn chừng đó.",
        "delay_ms: add the figure to `audio: delay_ms` in the station's station.yaml; the pole "
        "then sounds so much earlier.",
    ),
    "echo.configs": Text(
        "Đã ghi {0} đoạn cấu hình vào {1}: ghép vào cấu hình trạm rồi ký",
        "{0} snippets written to {1}: merge each into the station-config, then sign",
    ),
    # the map
    "echo.map": Text("Nhóm phát cho khỏi vọng tiếng", "Groups that avoid echoes"),
    "echo.map_desc": Text(
        "Bản đồ các cột loa. Số và hình của mỗi dấu là nhóm phát; đoạn đậm trên đường nối hai cột "
        "là nơi nghe vọng nếu hai cột đọc cùng lúc.",
        "Map of the poles. Number and shape of each mark are its group; thick stretches on the "
        "line between two poles are where an echo is heard if both speak at once.",
    ),
    "echo.on_time": Text("đúng giờ", "on time"),
    "echo.after": Text("sau {0}", "after {0}"),
    "echo.count": Text("{0} cột", "poles: {0}"),
    "echo.key_stretch": Text(
        "nơi nghe vọng nếu đọc cùng lúc", "an echo here if both speak at once"
    ),
    "echo.key_remains": Text("vẫn vọng: cùng nhóm", "still an echo: same group"),
    "echo.key_aligned": Text("hết vọng nhờ delay_ms", "resolved by delay_ms"),
    "echo.key_reach": Text("tầm nghe rõ", "where it is understood"),
    "echo.north": Text("B", "N"),
    # help of the command
    "echo.help.temperature": Text("nhiệt độ không khí, °C", "temperature of the air, °C"),
    "echo.help.reach": Text(
        "tầm nghe rõ của cột không ghi reach_m, mét [300]",
        "how far poles without reach_m are understood, metres [300]",
    ),
    "echo.help.longest": Text(
        "bản tin dài nhất phát lần lượt", "the longest item that plays in turn"
    ),
    "echo.help.groups": Text("nhiều nhất mấy nhóm", "at most so many groups"),
    "echo.help.limit": Text("lệch từ bao nhiêu ms là vọng", "from how many ms on it is an echo"),
    "echo.help.format": Text("dạng in ra", "form of the table"),
    "echo.help.map": Text("vẽ bản đồ SVG vào tệp này", "draw the map into this SVG file"),
    "echo.help.configs": Text(
        "ghi đoạn cấu hình của từng trạm vào thư mục này",
        "write a snippet of each station's station-config into this folder",
    ),
    "echo.help.lang": Text("tiếng của bảng và bản đồ", "language of table and map"),
}
