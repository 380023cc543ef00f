"""The items that scenes are about, by their codes in the shipped catalogue."""

from __future__ import annotations

RESETTLED = "512036005001-511602000000-000-11511301MB15537661-1-00"
"""异地安置退休人员备案: three materials, no question, accepted at the window."""

FOOD = "511A0005200004-511602000000-000-115113016823646795-1-00"
"""食品经营许可: two questions, seven materials, may be accepted and declined at the window."""

SHOP = "511A0074300005-511602000000-000-115113016823646795-1-00"
"""个体工商户设立登记: one question, then the materials of one's own rooms."""

ELDER_CARD = "512B0357300000-511602000000-000-11511301008778490F-1-00"
"""申领《四川省老年人优待证》: three materials, on the spot, decided at the window."""

FOOD_RENEWED = "511A0005200008-511602000000-000-115113016823646795-1-00"
"""食品经营许可延续: one question, four or five materials."""

KINDERGARTEN = "511A0050000062-511602000000-000-115113016823646795-1-00"
"""幼儿园设立审批: no question, seven materials, a licence that the window may only receive."""

PUBLICATIONS = "511A0000800001-511602000000-000-115113016823646795-1-00"
"""出版物零售单位设立审批: no question, four materials, three working days."""

RENTED_HOME = "51201700200003-511602000000-000-11511301008778255F-1-00"
"""公共租赁住房申请资格审核认定: one question, received at windows, one material may come later."""
