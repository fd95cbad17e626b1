"""The region a local rule holds in, read from its title or from who passed it."""
from __future__ import annotations

import re

PROVINCES = (
    "北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省 安徽省 福建省 江西省 山东省 河南省 湖北省 湖南省 "
    "广东省 海南省 四川省 贵州省 云南省 陕西省 甘肃省 青海省 台湾省 内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区 "
    "新疆维吾尔自治区 香港特别行政区 澳门特别行政区"
).split()
_PROVINCE = re.compile("|".join(PROVINCES))
_CITY = re.compile(r"[一-龥]{2,8}?(?:自治州|自治县|自治旗|市)")
_ASSEMBLY = re.compile(r"(?:^|[日\s　（(，])([一-龥]{2,9}?(?:省|市|自治区|自治州|自治县))第[一二三四五六七八九十]+届人民代表大会")
# National laws about a region are not local rules.
_NATIONAL = re.compile(r"全国人民代表大会|国务院|最高人民")


def region_of(title: str, info: str) -> str:
    """The region (浙江省, 杭州市) of a local rule; empty for national law."""
    if _NATIONAL.search(title) or _NATIONAL.search(info) or title.startswith("中华人民共和国"):
        return ""
    assembly = _ASSEMBLY.search(info)
    if assembly:
        return assembly[1]
    found = _PROVINCE.match(title) or _CITY.match(title)
    return found[0] if found else ""


def holds_in(rule_region: str, user_region: str) -> bool:
    """Whether a rule of ``rule_region`` holds for someone in ``user_region`` (浙江省杭州市); national law always does.

    A rule of a city is not known to hold in the rest of its province.
    """
    return not rule_region or (bool(user_region) and rule_region in user_region)
