"""A fingerprint in Vietnamese words, for two people who compare it on the telephone.

Each word stands for 11 bits: four for a key (44 bits, within the 15 minutes of a request), six for
a root (66 bits). A word has two syllables. No two words differ by their tones or marks alone, nor
only in sounds that a dialect merges (tr/ch, s/x, d/gi/r/v, l/n, final n/ng, t/c) or that a poor
line blurs (t/th/đ, k/kh/g/h, final m/n, p/t). So a word can be typed without marks, too.
"""

from __future__ import annotations

import re
import unicodedata

BITS = 11
KEY_WORDS = 4
ROOT_WORDS = 6

# The place of a word is its number, so none ever moves.
_TEXT = """\
ầm ầm, ấm áp, ấm đất, âm nhạc, ấm no, ấm nước, ẩm ướt, ăn chay, an khang, ăn trầu, ăng ten,
anh cả, anh em, ánh sáng, ảo ảnh, ào ào, ao cá, áo dài, ao làng, áo len, áo mưa, áo phao, ao sen,
ảo thuật, áo tơi, áp kế, ấp mới, áp suất, ấp trứng, ba ba, ba chục, ba khía, ba lô, bà ngoại,
bạc nén, bạc phơ, bác sĩ, bậc thềm, bạch đàn, bách khoa, bạch tuộc, bãi bồi, bãi cát, bài chòi,
bãi cỏ, bãi đá, bãi dâu, bài học, bãi mía, bài thơ, bãi xe, bấm huyệt, bàn bạc, bạn bè, bắn bi,
bàn chải, bàn chân, ban công, bàn đạp, bạn đọc, bạn đường, bán hoa, bản lĩnh, bàn luận, ban mai,
bản mường, bản nhạc, bàn phím, bàn tay, bạn thân, bàn tính, bàn trà, bàn ủi, bảng đen, băng gạc,
bằng khen, bằng lăng, bằng phẳng, băng từ, băng tuyết, bánh bao, bánh chưng, bánh cuốn, bánh dày,
bánh gai, bánh khọt, bánh lái, bánh mì, bánh răng, bánh tét, bánh xe, bánh xèo, báo chí, bao dung,
báo gấm, bao gạo, bao la, bào nhẵn, bao tải, bảo tàng, bão tuyết, bảo vệ, bập bênh, bập bùng,
bắt bóng, bát đĩa, bát ngát, bất ngờ, bắt sâu, bầu bí, bầu trời, bay bổng, bay cao, bay lượn,
bay xa, be bờ, bế bồng, bể cá, bẹ chuối, bẻ ngô, bè nứa, bền bỉ, bến cảng, bến đò, bến nước,
bến phà, bến sông, bến tàu, bến thuyền, bến xe, bệnh viện, bèo tây, bếp củi, bếp ga, bếp lửa,
bếp từ, bi da, bí ngô, bi sắt, bì thư, bia đá, bịch muối, biển báo, biếu quà, bìm bịp, bình an,
bình gốm, bình hoa, bình minh, bình sữa, bình thản, bình trà, bình vôi, bình yên, bịt mắt,
bít tất, bờ ao, bờ biển, bồ câu, bồ đề, bờ giậu, bờ hồ, bờ kè, bơ lạc, bồ lúa, bồ nông, bó rạ,
bọ rùa, bờ ruộng, bơ sáp, bò sữa, bò tót, bờ tre, bờ vai, bò vàng, bóc tỏi, bốc vác, bồi bàn,
bơi chải, bồi hồi, bơi lội, bơi xuồng, bờm ngựa, bón phân, bóng bàn, bóng bay, bồng bềnh, bóng đá,
bóng đèn, bông gòn, bông hoa, bóng loáng, bóng mát, bỏng ngô, bóng nước, bóng râm, bóng rổ,
bông tai, bông tuyết, bông vải, bọt biển, bột lọc, bột màu, bột năng, bụ bẫm, bữa cơm, búa đe,
bừa kỹ, bữa sáng, bùi béo, búi tóc, bụi tre, bún bò, bún riêu, bước đều, bước tới, buổi chiều,
bưởi da, buổi họp, buổi lễ, buổi tối, buổi trưa, bươm bướm, buôn làng, buông lơi, búp bê, bút chì,
bút lông, bưu điện, cá bống, cá cảnh, ca cao, cá chép, cá chim, cà chua, cá cơm, ca dao, cá đuối,
cá heo, cá hồi, cá kho, cá linh, cá lóc, cá mập, cá ngừ, cá ngựa, ca nô, cá nục, cà phê, cá rô,
cà rốt, cá sấu, ca sĩ, cá thu, cá trê, cá trích, cá vàng, cá voi, cái bàn, cải bắp, cái ghế,
cái kẹp, cải lương, cái mũi, cái phễu, cái rây, cái sàng, cái thang, cải thìa, cẩm chướng,
cẩm lai, cảm ơn, cam sành, cắm trại, cần câu, cần cù, cân hàng, can nhựa, cẩn thận, càng cua,
canh ba, cánh buồm, canh chua, cánh cổng, cánh cụt, cành đào, cánh đồng, cánh hoa, cành lá,
cánh rừng, cào cào, cao dán, cao lầu, cao nguyên, cao ráo, cao su, cao tốc, cập bến, cáp quang,
cặp sách, cặp sốt, cắt lúa, cất nước, cát tường, cát vàng, cất vó, cậu bé, câu cá, câu đố,
câu đối, câu hò, cầu khỉ, cầu lông, cậu mợ, cầu thang, cầu treo, cầu vồng, cầu vượt, cày ải,
cày bừa, cây bút, cây cói, cây đa, cây gạo, cầy hương, cấy lúa, cây nến, cây nêu, cay nồng,
cây rơm, cây si, cây số, cây sung, cây thước, cây xoan, chả giò, cha mẹ, chấm bi, chăm chỉ,
chăm chú, châm cứu, chạm nhẹ, chăn bò, chăn bông, chân đê, chăn len, chân núi, chân ruộng,
chân thành, chân trời, chanh dây, chào cờ, chảo gang, chào mào, cháo trắng, chập chờn, châu chấu,
cháu nội, chầu văn, chạy bộ, chạy đua, chày giã, chè bưởi, che dù, chè kho, chén sứ, cheo leo,
chèo xuồng, chép bài, chị gái, chỉ thêu, chìa khóa, chia sẻ, chích chòe, chiếc khăn, chiếc nón,
chiên giòn, chiếu cói, chiều mưa, chiều tà, chiều thu, chim cút, chim én, chim khách, chim lạc,
chim sâu, chim sẻ, chim trĩ, chim yến, chín rộ, chín tới, cho ăn, chó cỏ, chở gạo, chở hàng,
chợ nổi, chợ phiên, chó vện, chọi gà, chổi rơm, chôm chôm, chồn hương, chót vót, chú bác, chu đáo,
chú hề, chú mèo, chữ nhật, chúc mừng, chúc tết, chum vại, chung sức, chuối cau, chuồng bò,
chuồng gà, chuông gió, chuông xe, chuột đồng, chuột túi, chụp hình, chuyến đi, chuyện trò, cô bé,
cô dì, cỏ gà, cô giáo, cờ hội, cổ kính, cờ lê, cỏ may, cờ người, cờ phướn, cô tấm, cổ tay,
cổ tích, cờ tướng, cọ vẽ, cờ vua, cóc non, cóc tía, cối giã, cối xay, cơm lam, com pa, cơm tấm,
cốm xanh, con chuột, con cò, con đê, cơn gió, con mèo, con ngòi, cọn nước, con quay, con số,
con thoi, con trâu, con út, con vẹm, con voi, công bằng, cõng em, cống ngầm, cọng rau, công tắc,
công viên, cốp xe, cột cờ, cột nhà, củ ấu, củ cải, củ dong, cụ già, củ kiệu, củ mài, cú mèo,
củ năn, củ nghệ, củ riềng, củ sắn, cử tạ, củ từ, cửa biển, cửa cuốn, cua đồng, cửa gỗ, cửa hàng,
cửa hiệu, cửa kính, cửa sổ, cửa sông, cưa tay, cúc áo, củi khô, cứng cáp, cuốc kêu, cuốc xẻng,
cưỡi ngựa, cưỡi voi, cuộn dây, cúp bạc, cúp vàng, cứu hộ, cừu non, đá bóng, da cam, đá cuội,
đà điểu, dạ hương, đa làng, đặc sắc, đại bàng, đại lộ, đài phun, đâm chồi, dặm lúa, đám mây,
đầm phá, đầm sen, đàn bầu, dân ca, đan len, đàn nguyệt, dán nhãn, đàn tranh, đàn tỳ, đáng yêu,
đánh cá, đánh đu, đánh trống, đánh vần, dạo chơi, đào giếng, đào hang, đào khoai, dao phay,
dao rựa, đập bóng, đắp đê, đập lúa, đạp xe, đất nặn, đất sét, dắt tay, đầu bếp, đầu đời, dầu gió,
đầu gối, đầu lân, dầu mè, đậu phộng, dâu tây, đậu xanh, dây cáp, dây cương, đay gai, dây kẽm,
đẩy mạnh, đẩy tạ, dây thừng, đế dép, dế mèn, dê núi, dễ thương, dế trũi, đêm hè, đêm rằm, đệm rơm,
đêm trăng, đêm xuân, đèn dầu, đèn lồng, đèn màu, đen nhánh, đèn pin, đèn sao, đen tuyền, đèn xe,
dẻo dai, đeo kính, dẻo quánh, dép lê, dệt chiếu, đi biển, đi bộ, đi cày, đi chợ, dí dỏm, đi giày,
đi học, địa cầu, địa lý, đĩa nhạc, đĩa tre, dịch giả, diêm quẹt, điện ảnh, điền kinh, điện thoại,
diễn viên, diếp cá, diều giấy, diều hâu, điệu hò, điêu khắc, diệu kỳ, điều nhuộm, đỉnh đồi,
đình làng, đinh ốc, dịu dàng, dìu dịu, địu em, độ ẩm, đo đạc, đó đơm, đỏ gạch, đồ sộ, đỏ son,
đô thị, đỏ tươi, đố vui, đoàn kết, đoan ngọ, đoàn viên, đọc báo, độc đáo, dốc đứng, độc giả,
độc lập, đọc sách, đôi bạn, đội bóng, đồi cát, đồi chè, đợi chờ, đôi đũa, đôi giày, đôi guốc,
đôi mắt, đội mũ, đội nón, đội thuyền, đội trống, đội trưởng, đom đóm, đơm hoa, đòn bẩy, đờn ca,
đón khách, đơn sơ, đồng bằng, đóng chai, đống củi, đồng dao, đông đúc, đóng ghe, đồng hồ,
đồng lòng, dòng sông, dòng suối, đồng thau, đóng then, đốt lửa, dù che, đu đủ, du dương, đua bò,
đua ghe, dưa hấu, dưa leo, dưa món, dừa nước, đua thuyền, đua xe, dừa xiêm, đục gỗ, đức tính,
dúi mốc, đun nước, dũng cảm, dừng chân, dược sĩ, đuôi công, đường bay, đường cong, đường đê,
dượng dì, đường hầm, đường hoa, đường làng, đường mòn, đường phèn, đường ray, đường sắt,
dưỡng sinh, đường tàu, dương xỉ, duyên dáng, ếch đồng, ếch nhái, êm ái, em bé, êm đềm, em út,
ễnh ương, ép dầu, ép mía, gà mái, gà rừng, gà tây, gà trống, gác xép, gạch nung, gai mít, gặm cỏ,
gắn bó, gần gũi, gánh nước, gáo dừa, gạo tẻ, gấp đôi, gập ghềnh, gật đầu, gặt hái, gấu bông,
gấu ngựa, gầu tát, gấu trúc, ghe bầu, ghe chài, ghế đá, ghế mây, ghe ngo, ghẹ xanh, ghềnh đá,
ghép tranh, ghi chép, ghi nhớ, ghi sổ, giã cốm, gia đình, giã gạo, gia phả, giá sách, giá vẽ,
giải nhất, giấm gạo, gian bếp, giản dị, giàn gấc, gian hàng, giàn mướp, giao thư, giao thừa,
giáo viên, giặt giũ, giấy dó, giày vải, giếng khơi, giếng ngọc, gieo hạt, gieo mạ, giơ bảng,
giờ chơi, giỏ hoa, giờ học, gió lốc, giò lụa, gió mùa, gió nồm, giỏ tre, giờ trưa, giòn tan,
giọng nói, giọt nước, giọt sương, giun đất, giun dế, giường tre, giúp đỡ, gõ mõ, gỗ trắc, gốc đa,
góc vườn, gói bánh, gói giò, gói kẹo, gối mây, gối ôm, gốm sứ, gọn gàng, gót chân, gọt vỏ,
gùi nứa, gừng tươi, guốc mộc, gương mẫu, guồng nước, gương soi, gương xe, hải âu, hải cảng,
hài cỏ, hải đồ, hái hoa, hài hước, hầm chui, ham học, hàm răng, hân hoan, hàn xì, hàng cây,
hàng ghế, hàng me, hàng rào, hàng rong, hàng tre, hàng xóm, hành lang, hành lý, hạnh phúc,
hành tím, háo hức, hào phóng, hấp cách, hạt bí, hạt dẻ, hạt điều, hạt dưa, hạt gạo, hạt giống,
hát hò, hạt mè, hạt mưa, hạt ngọc, hát ru, hạt sen, hát then, hát xoan, hàu sữa, hẻm nhỏ, heo sữa,
hết lòng, hiếm hoi, hiên nhà, hiệp sĩ, hiểu biết, hiếu thảo, hình cầu, hình thoi, hình vuông,
hít đất, hít thở, hồ bơi, hộ chiếu, họ hàng, hồ nước, hồ sen, hổ vằn, hòa bình, hòa ca, hoa cúc,
hoa đào, hoa giấy, hóa học, hoa mai, họa mi, hoa sen, họa sĩ, hỏa tinh, hoa văn, hoàng hôn,
hoẵng vàng, hoạt bát, học chữ, học giả, học hỏi, học trò, hơi ấm, hỏi đáp, hội đua, hồi ký,
hơi nước, hỏi thăm, hội thi, hội trường, hội xuân, hóm hỉnh, hôm nay, hòm sách, hòn đảo,
hồn nhiên, hồng giòn, hồng hạc, hồng hào, hồng nhung, hồng phấn, hộp bút, hộp quà, hợp tác,
hộp thiếc, hợp xướng, hót hay, hũ gạo, hủ tiếu, húng quế, hùng vĩ, hương trầm, hương ước,
hươu sao, huy chương, huyền ảo, hy vọng, in lụa, kệ chén, kể chuyện, kế hoạch, kệ sách, kẻ sọc,
kế toán, kê vàng, kể vè, kem que, kem răng, kèn đồng, kền kền, kênh đào, kéo căng, kéo co,
kẹo dừa, kẹo kéo, kéo lưới, kéo mật, kéo nhị, kéo rèm, kéo xà, kết quả, kết trái, kêu vang,
khách quý, khách sạn, khám phá, khán đài, khán giả, khăn mặt, khăn piêu, khăn quàng, kháu khỉnh,
khay trầu, khế ngọt, khe núi, khèn lá, khéo léo, khí công, khỉ đột, khỉ vàng, khiêm tốn,
khiên mây, kho thóc, khóa tủ, khoác túi, khoai lang, khoai môn, khoai tây, khoan bàn, khoan thai,
khỏe mạnh, khói bếp, khối đá, khối gỗ, khôi hài, khởi hành, khói lam, khơi mương, không khí,
khu vườn, khuân đồ, khúc khích, khung ảnh, khung cửa, khung cửi, khuôn bánh, khuôn in, khuôn mặt,
khướu bạc, khuy bấm, kịch nói, kiểm lâm, kiến lửa, kiến thức, kiến trúc, kim chi, kim cương,
kìm sắt, kinh giới, kính lúp, kính râm, kính trọng, kỳ đà, kỳ diệu, ký giả, kỷ lục, kỳ nhông,
kỷ niệm, kỹ sư, kỳ thú, la bàn, lá chuối, lá cọ, lá lốt, lá phổi, lá sen, lá thư, lá trầu, lạc đà,
lác đác, lạch sông, lái đò, làm cỏ, lam ngọc, làm toán, lâm trường, lặn biển, lăn lóc, làng chài,
láng giềng, làng gốm, lẵng hoa, làng lụa, làng mộc, làng nghề, làng sen, làng xã, lạnh buốt,
lanh lảnh, lao động, lao nhanh, lấp lánh, lập lòe, lắp ráp, lạp xưởng, lau bàn, lễ hội, le le,
lễ nghĩa, lễ phép, lê tuyết, lém lỉnh, len dạ, lên đường, lên núi, lênh đênh, leo cột, leo núi,
leo thác, leo trèo, lì xì, lịch sử, lịch tường, liềm hái, liêm khiết, linh dương, líu lo, lò gạch,
lọ mực, lò muối, lò nướng, lò rèn, lọ sứ, lò xo, loa đài, loang lổ, lộc xuân, lời ca, lời hứa,
lời khuyên, lối ngõ, lợn ỉ, lồng chim, long lanh, lộng lẫy, lông mày, lòng tốt, lông vũ, lộp độp,
lớp học, lợp mái, lớp trưởng, lột xác, lư đồng, lu nước, lúa nếp, lưa thưa, lụa tơ, lùa vịt,
lục bình, lùi lại, lừng danh, lưng đồi, lung linh, lững lờ, luộc khoai, lược sừng, lưỡi cày,
lưỡi cưa, lưới vó, luôn luôn, luống cải, luống hoa, luống rau, lướt sóng, lựu đỏ, lưu luyến,
lý tưởng, má lúm, mặc áo, mái chèo, mái chùa, mái hiên, mải mê, mái ngói, mái tóc, mái tôn,
mái tranh, mái vòm, mâm cỗ, mắm đen, mầm non, mắm tôm, mận hậu, màn hình, mặn mà, man mát,
màn tuyn, măng cụt, mạng lưới, măng tre, máng xối, mạnh khỏe, mát mẻ, mặt nạ, mật ong, mặt trăng,
mặt trời, màu đỏ, mẫu đơn, màu xanh, máy ảnh, máy bơm, máy cày, máy cưa, máy dệt, máy ép, máy gặt,
máy giặt, máy hàn, mây hồng, máy in, máy kéo, máy khâu, may mắn, máy may, máy nổ, máy phát,
máy quay, mây song, máy tính, may vá, máy xay, mè đen, mềm mại, men xanh, mênh mông, mèo mướp,
mèo vàng, mép nước, miến lươn, miệt mài, mỉm cười, mịn màng, mít tố, mo cau, mò cua, mỏ đồng,
mỏ lết, mơ màng, mỏ neo, mơ rừng, mỏ than, mõ tre, móc áo, mộc mạc, mộc nhĩ, mối chúa, mới mẻ,
mỏm đá, mơn mởn, món ngon, mòng biển, mồng tơi, một nghìn, mũ len, mũ rơm, mưa bụi, mùa chim,
múa chuông, mùa cốm, mùa đông, mùa gặt, múa gậy, mùa hạ, mùa hoa, múa lân, mùa lúa, mùa mưa,
múa nón, mùa nước, mưa phùn, múa quạt, mưa rào, múa rối, múa sạp, mùa sen, mùa thu, mùa vải,
mùa xuân, mực đỏ, mực ống, mực tàu, mục tiêu, mũi khoan, mùng màn, mừng rỡ, mừng tuổi, mười giờ,
muối vừng, muỗm xanh, mương nước, mướp đắng, mứt gừng, mỹ thuật, ná thun, nai vàng, nam châm,
nắm chặt, nấm hương, năm mới, năm nay, nấm rơm, nặn tượng, nâng đỡ, nắng hanh, nắng hè,
năng lượng, nắng sớm, náo nhiệt, náo nức, nắp chai, nâu đất, nấu đường, nâu non, nấu nướng,
nâu sồng, nấu xôi, nề nếp, nem chua, ném còn, nếm thử, nến thơm, nét vẽ, ngã ba, ngã năm, ngã tư,
ngà voi, ngạc nhiên, ngái ngủ, ngâm chân, ngắm nhìn, ngắm sao, ngan đen, ngân hàng, ngăn nắp,
ngân nga, ngào ngạt, ngày hè, ngày hội, ngày mai, ngày mùng, ngày nay, ngay ngắn, ngày nghỉ,
ngày rằm, ngay thẳng, ngây thơ, ngày xưa, nghé con, nghệ nhân, nghệ vàng, nghị lực, nghỉ ngơi,
nghiên cứu, ngô bắp, ngò gai, ngõ hẻm, ngộ nghĩnh, ngọc lan, ngọc trai, ngôi sao, ngọn cỏ,
ngọn đèn, ngọn đuốc, ngọn gió, ngọn lửa, ngôn ngữ, ngọn núi, ngọn tre, ngón út, ngỗng trời,
ngư dân, ngủ đông, ngụ ngôn, ngủ trưa, ngũ vị, ngựa gỗ, ngựa hồng, ngựa ô, ngựa tre, ngựa vằn,
ngửi hương, nguy nga, nhà báo, nhà bếp, nhà dài, nhà ga, nhà hàng, nhà hát, nhà máy, nhà nghỉ,
nhà ngói, nhã nhạc, nhà ở, nhà rông, nhà sách, nhà sàn, nhà tầng, nhà thuốc, nhà trường, nhà văn,
nhà vườn, nhà xe, nhạc công, nhạc kịch, nhái bén, nhãn lồng, nhẵn nhụi, nhành mai, nhanh nhẹn,
nhấp nháy, nhật ký, nhặt ốc, nhặt rau, nhật thực, nhảy cao, nhảy dây, nhảy múa, nhảy nhót,
nhảy sào, nhảy xa, nhẹ bước, nhẹ nhàng, nhện nhà, nhện nước, nhiên liệu, nhiếp ảnh, nhiệt độ,
nhiệt kế, nhiệt tình, nhím biển, nhím con, nhìn xa, nhổ cỏ, nhổ mạ, nhổ neo, nhớ nhà, nhỏ nhắn,
nho xanh, nhỏ xíu, nhôm kính, nhóm múa, nhón chân, nhu đạo, như ý, nhựa thông, nhún nhảy,
nhung gấm, nhuộm vải, nhụy vàng, niềm tin, no ấm, nở hoa, nô nức, nỏ thần, nổi bật, nồi cơm,
nồi đồng, nồi hầm, nỗi nhớ, nổi tiếng, nôi tre, nón lá, nông dân, nóng hổi, nòng nọc, nông thôn,
nông trại, nốt nhạc, nụ cười, nụ hoa, nửa đêm, núi đá, núi lửa, nước dừa, nước lên, nước mắm,
nước ròng, nuôi tằm, nương chè, nướng ngô, nút áo, nút bần, ổ cắm, ổ khóa, ô mai, ốc bươu, ốc đảo,
ốc hương, ốc len, ốc sên, oi bức, ổi lê, ôm bóng, óng ánh, ông bà, ống khói, ông lão, ống nghe,
ống nhòm, ông nội, ống tre, ong vàng, ong vẽ, ớt hiểm, phà ngang, pha trà, phách nhịp, phấn khởi,
phân số, phấn trắng, phanh xe, phao bơi, pháo giấy, pháo hoa, phát bóng, phát minh, phát quà,
phát thanh, phát triển, phép cộng, phép nhân, phi công, phi đội, phích nước, phiên chợ, phố biển,
phố chợ, phố cổ, phở gà, phô mai, phố núi, phố phường, phơi cá, phối khí, phơi thóc, phong lan,
phóng lao, phông màn, phòng ngủ, phong tục, phú quý, phù sa, phượng vĩ, phút giây, quả bàng,
quả bầu, quả cầu, quả chín, quả chuông, quả đấm, quả dâu, quả dọi, quả gấc, quạ khoang, quả lắc,
quả tạ, quai thao, quan họ, quán nước, quần vợt, quang gánh, quặng sắt, quạt máy, quạt nan,
quạt thóc, quạt trần, quay bánh, quầy hàng, quay phải, quay phim, que tính, quen thuộc, quét nhà,
quốc lộ, quỹ đạo, quý giá, quý mến, quyển vở, quyết tâm, quýt đường, ra vườn, rắn nước, rạn san,
rạng đông, rang lạc, rang nếp, rảo bước, rạp phim, rau má, rau muống, rau răm, rẫy bắp, rễ cây,
rẽ trái, rèm cửa, rêu xanh, rì rầm, rì rào, rìu đá, ríu rít, rổ rá, róc rách, rơm rạ, rộn ràng,
rong biển, rong mơ, rộng rãi, ròng rọc, rủ rỉ, rùa biển, rùa đá, rửa tay, rùa vàng, rực rỡ,
rừng già, rụng lá, rừng thông, ruốc bông, rước kiệu, ruộng bậc, rương gỗ, ruộng muối, ruộng nước,
sả cây, sa mạc, sa tế, sặc sỡ, sạch sẽ, sải bước, sấm chớp, sân bay, sân đình, sân ga, sân gạch,
san hô, săn mây, sân phơi, sần sùi, sân trường, sàng gạo, sáng tạo, sang trọng, sao băng,
sao biển, sao chè, sao chổi, sáo đá, sáo trúc, sáp màu, sắp tới, sắt thép, sâu đo, sầu riêng,
say mê, sảy thóc, se lạnh, sến già, siêng năng, siêu thị, siêu thuốc, sinh vật, sò điệp, sọ dừa,
sò huyết, sóc nâu, sỏi đá, soi gương, sôi nổi, sơn tường, sóng biển, song ca, sư tử, sứa biển,
sữa chua, sức khỏe, sum họp, sừng trâu, sườn đồi, sương mù, sương muối, súp lơ, suy tư, tà áo,
tã vải, tác giả, tắc kè, tách trà, tài lộc, tài năng, tai nghe, tài xế, tằm dâu, tâm sự, tấm vé,
tận tụy, tầng hầm, tặng hoa, táo ta, tập giấy, tập luyện, tấp nập, tập viết, tắt quạt, tàu bay,
tàu buồm, tàu cá, tàu điện, tàu dừa, tàu hỏa, tàu ngầm, tàu thủy, tay lái, tê giác, tê tê,
tem thư, tép bưởi, tép riu, tết tây, tết tóc, thả diều, thả lưới, thả trâu, thạch rau, thạch sanh,
thái cực, thảm cói, thăm đồng, thăm quê, thăm thẳm, thân cây, than đá, thần đèn, thằn lằn,
thân thiết, thần thoại, tháng chạp, thẳng tắp, thành cổ, thành công, thanh long, thanh minh,
thành ngữ, thánh thót, thập niên, tháp nước, thắt lưng, thật thà, thau nhôm, thầy giáo, thể dục,
thế kỷ, thẻ nhớ, thể thao, thêu thùa, thì là, thí nghiệm, thi sĩ, thì thầm, thị trấn, thị xã,
thìa muỗng, thiên hà, thiên nga, thiên văn, thính giả, thịt kho, thiu thiu, thợ bạc, thổ cẩm,
thợ cày, thợ điện, thợ giày, thợ gốm, thợ lặn, thợ lò, thợ may, thợ mộc, thỏ nâu, thợ nề,
thợ nước, thợ rèn, thợ thêu, thỏ trắng, thợ xây, thoáng mát, thổi cơm, thời gian, thói quen,
thổi sáo, thơm lừng, thơm ngát, thông minh, thong thả, thông xanh, thớt gỗ, thu âm, thư ký,
thủ thỉ, thư viện, thưa thớt, thức dậy, thung lũng, thúng mủng, thùng phuy, thùng thư, thược dược,
thước kẻ, thuốc nam, thương mến, thương nhớ, thủy thủ, thủy tinh, thủy triều, thuyền nan, tỉ mỉ,
tí tách, ti vi, tỉa cành, tia nắng, tía tô, tiệc trà, tiệm thuốc, tiến bộ, tiện ren, tiếng gáy,
tiếng lòng, tiếng ve, tiếp sức, tím hoa, tím nhạt, tím than, tín hiệu, tin tưởng, tình bạn,
tỉnh lộ, tỉnh táo, tính tiền, tính toán, tíu tít, tờ báo, tổ chim, tò he, tờ lịch, to lớn, tò mò,
tổ ong, tơ tằm, tổ trưởng, tò vò, toa tàu, toán học, tỏi ta, tôm càng, tôm hùm, tôm tít, tốt lành,
trả giá, trà sen, trà xanh, trái bần, trái bí, trải chiếu, trái cóc, trái đất, trại giống,
trải nhựa, trái sim, trái thơm, trái tim, tràm gió, trạm xá, trạm xăng, trăn gấm, tráng bánh,
trang bìa, trắng ngà, trang sách, tranh dừa, trao giải, trâu rừng, tre ngà, treo tranh, trí tuệ,
triệu phú, trĩu quả, tro bếp, trổ bông, trò chuyện, trốn tìm, tròn trịa, trống cơm, trống đồng,
trống hội, trong lành, trông rộng, trong sáng, trọng tài, trong veo, trụ điện, trúc đào,
trục quay, trung thu, trứng vịt, tủ áo, tụ điện, tự do, tủ đông, tự giác, tự hào, tủ kính,
tủ lạnh, tự lập, tự lo, tự nhiên, tua bin, tua vít, tuần lễ, tuần sau, tục ngữ, túi vải, túi xách,
tưng bừng, tưới cây, tươi cười, tưới lan, tươi roi, tươi tắn, tuổi thơ, tươi tốt, tuổi trẻ,
tương bần, tường đá, tượng đài, tượng gỗ, tường vi, tùy bút, tuyệt vời, ủ men, ủi đồ, um tùm,
ung dung, ước mơ, uốn lượn, uống nước, ướp hoa, ướp trà, vá lưới, vác củi, vạc đêm, vách đất,
vách núi, vải bông, vải thiều, vạm vỡ, văn hóa, vần thơ, vặn vòi, vàng anh, vang danh, vàng hoe,
vâng lời, vàng mơ, vàng nghệ, vàng ròng, vành nón, vành tai, vành xe, vào rừng, vật lý, vạt nương,
vắt sữa, vây cá, vẫy chào, váy hoa, về đích, về làng, vé mời, ve sầu, vệ tinh, vẽ tranh, vẹt xanh,
vị chua, ví da, vị ngọt, vị tha, vỉa hè, viên bi, viết thư, vịnh biển, vịt bầu, vịt trời,
vịt xiêm, vo gạo, vở kịch, vỏ sò, vỗ tay, võ thuật, vỏ trấu, vô tư, vở tuồng, voi con, vòi nước,
voi rừng, vôi trắng, vời vợi, vòng bạc, vọng cổ, võng đay, vòng xoay, vớt bèo, vu lan, vú sữa,
vựa lúa, vui tính, vui vẻ, vun gốc, vững bước, vung nồi, vượn cáo, vượn đen, vườn mai, vườn nhãn,
vườn rau, vườn thú, vươn vai, vuông vức, vuốt hổ, vượt qua, vút lên, xà cừ, xà lách, xà ngang,
xà phòng, xa xôi, xách giỏ, xám bạc, xám tro, xanh lá, xanh lơ, xanh mướt, xanh ngọc, xanh rêu,
xào rau, xào xạc, xao xuyến, xay bột, xây nhà, xe bò, xe buýt, xe cẩu, xe đạp, xe điện, xe kéo,
xe khách, xe lôi, xe lửa, xe máy, xe ngựa, xe rùa, xe tải, xe thồ, xe ủi, xem voi, xếp áo,
xếp hàng, xếp hình, xi măng, xích đạo, xích đu, xích líp, xích xe, xiếc hề, xin lỗi, xinh đẹp,
xinh xắn, xơ mướp, xô nhựa, xoa bóp, xoài cát, xới đất, xôi gấc, xôi vò, xóm chài, xóm giềng,
xóm núi, xuất phát, xum xuê, xuồng ba, xưởng dệt, xuồng máy, ý chí, y học, ý nghĩ, y tá, yếm đào,
yên ngựa, yên tĩnh, yên vui, yểng nói
"""
WORDS = tuple(word.strip() for word in re.split(r"[,\n]\s*", _TEXT) if word.strip())


def words_of(sha256: str, count: int) -> tuple[str, ...]:
    """The first `count` words of a SHA-256; fewer words are the beginning of more.

    Args:
        sha256: 64 hex digits.
        count: 1 to 23.
    """
    if len(sha256) != 64 or not 1 <= count <= 256 // BITS:
        raise ValueError(f"not {count} words of a SHA-256: {sha256!r}")
    number = int(sha256, 16) >> (256 - BITS * count)
    mask = (1 << BITS) - 1
    return tuple(WORDS[number >> BITS * place & mask] for place in reversed(range(count)))


def format_words(words: tuple[str, ...]) -> str:
    """`con mèo – hoa sen – …`, as people read them."""
    return " – ".join(words)


def has_words(text: str, sha256: str, count: int) -> bool:
    """Return whether a text, with or without marks, holds exactly the words of a SHA-256."""
    return _plain(text) == _plain(" ".join(words_of(sha256, count)))


def _plain(text: str) -> list[str]:
    """The syllables without marks and case; what stands between them does not count."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return re.findall(r"[^\W\d_]+", letters)
