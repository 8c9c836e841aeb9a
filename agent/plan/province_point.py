"""One point of each province, whose sun counts where a station-config names none.

The keys are the codes of the General Statistics Office before and after the mergers of 1 July 2025;
the points are the centres of the former provincial capitals, from GeoNames (CC BY 4.0), to a
hundredth of a degree. A degree of longitude is four minutes of sunrise.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.contract.calendar_terms import SunPoint

POINT_OF_PROVINCE: Mapping[str, SunPoint] = {
    "01": SunPoint(2102000, 10584000),  # Hà Nội
    "02": SunPoint(2282000, 10498000),  # Hà Giang
    "04": SunPoint(2267000, 10626000),  # Cao Bằng
    "06": SunPoint(2215000, 10583000),  # Bắc Kạn
    "08": SunPoint(2182000, 10521000),  # Tuyên Quang
    "10": SunPoint(2249000, 10397000),  # Lào Cai
    "11": SunPoint(2139000, 10302000),  # Điện Biên Phủ
    "12": SunPoint(2240000, 10346000),  # Lai Châu
    "14": SunPoint(2133000, 10392000),  # Sơn La
    "15": SunPoint(2172000, 10491000),  # Yên Bái
    "17": SunPoint(2082000, 10534000),  # Hòa Bình
    "19": SunPoint(2159000, 10585000),  # Thái Nguyên
    "20": SunPoint(2185000, 10676000),  # Lạng Sơn
    "22": SunPoint(2095000, 10707000),  # Hạ Long
    "24": SunPoint(2127000, 10619000),  # Bắc Giang
    "25": SunPoint(2132000, 10540000),  # Việt Trì
    "26": SunPoint(2131000, 10560000),  # Vĩnh Yên
    "27": SunPoint(2119000, 10608000),  # Bắc Ninh
    "30": SunPoint(2094000, 10633000),  # Hải Dương
    "31": SunPoint(2086000, 10668000),  # Hải Phòng
    "33": SunPoint(2065000, 10605000),  # Hưng Yên
    "34": SunPoint(2045000, 10634000),  # Thái Bình
    "35": SunPoint(2055000, 10591000),  # Phủ Lý
    "36": SunPoint(2043000, 10618000),  # Nam Định
    "37": SunPoint(2026000, 10598000),  # Ninh Bình
    "38": SunPoint(1980000, 10577000),  # Thanh Hóa
    "40": SunPoint(1867000, 10569000),  # Vinh
    "42": SunPoint(1834000, 10591000),  # Hà Tĩnh
    "44": SunPoint(1747000, 10662000),  # Đồng Hới
    "45": SunPoint(1682000, 10710000),  # Đông Hà
    "46": SunPoint(1646000, 10760000),  # Huế
    "48": SunPoint(1607000, 10822000),  # Đà Nẵng
    "49": SunPoint(1557000, 10847000),  # Tam Kỳ
    "51": SunPoint(1512000, 10879000),  # Quảng Ngãi
    "52": SunPoint(1378000, 10922000),  # Quy Nhơn
    "54": SunPoint(1310000, 10932000),  # Tuy Hòa
    "56": SunPoint(1225000, 10919000),  # Nha Trang
    "58": SunPoint(1156000, 10899000),  # Phan Rang-Tháp Chàm
    "60": SunPoint(1093000, 10810000),  # Phan Thiết
    "62": SunPoint(1435000, 10801000),  # Kon Tum
    "64": SunPoint(1398000, 10800000),  # Pleiku
    "66": SunPoint(1267000, 10804000),  # Buôn Ma Thuột
    "67": SunPoint(1200000, 10769000),  # Gia Nghĩa
    "68": SunPoint(1195000, 10844000),  # Đà Lạt
    "70": SunPoint(1153000, 10688000),  # Đồng Xoài
    "72": SunPoint(1131000, 10610000),  # Tây Ninh
    "74": SunPoint(1098000, 10665000),  # Thủ Dầu Một
    "75": SunPoint(1094000, 10682000),  # Biên Hòa
    "77": SunPoint(1035000, 10708000),  # Vũng Tàu
    "79": SunPoint(1082000, 10663000),  # Thành phố Hồ Chí Minh
    "80": SunPoint(1054000, 10641000),  # Tân An
    "82": SunPoint(1036000, 10636000),  # Mỹ Tho
    "83": SunPoint(1024000, 10638000),  # Bến Tre
    "84": SunPoint(995000, 10634000),  # Trà Vinh
    "86": SunPoint(1025000, 10597000),  # Vĩnh Long
    "87": SunPoint(1046000, 10563000),  # Cao Lãnh
    "89": SunPoint(1039000, 10544000),  # Long Xuyên
    "91": SunPoint(1001000, 10508000),  # Rạch Giá
    "92": SunPoint(1004000, 10579000),  # Cần Thơ
    "93": SunPoint(978000, 10547000),  # Vị Thanh
    "94": SunPoint(960000, 10597000),  # Sóc Trăng
    "95": SunPoint(929000, 10573000),  # Bạc Liêu
    "96": SunPoint(918000, 10515000),  # Cà Mau
}
