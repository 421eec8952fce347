"""Time zones and languages that the mail service knows, by Windows' names and by IANA's.

https://learn.microsoft.com/graph/api/outlookuser-supportedtimezones
"""

from collections.abc import Mapping
from zoneinfo import available_timezones

# Windows' name -> IANA's name and the text that a person would choose from.
WINDOWS: Mapping[str, tuple[str, str]] = {
    "Dateline Standard Time": ("Etc/GMT+12", "(UTC-12:00) International Date Line West"),
    "Hawaiian Standard Time": ("Pacific/Honolulu", "(UTC-10:00) Hawaii"),
    "Alaskan Standard Time": ("America/Anchorage", "(UTC-09:00) Alaska"),
    "Pacific Standard Time": ("America/Los_Angeles", "(UTC-08:00) Pacific Time (US & Canada)"),
    "US Mountain Standard Time": ("America/Phoenix", "(UTC-07:00) Arizona"),
    "Mountain Standard Time": ("America/Denver", "(UTC-07:00) Mountain Time (US & Canada)"),
    "Central Standard Time": ("America/Chicago", "(UTC-06:00) Central Time (US & Canada)"),
    "Central Standard Time (Mexico)": (
        "America/Mexico_City",
        "(UTC-06:00) Guadalajara, Mexico City, Monterrey",
    ),
    "SA Pacific Standard Time": ("America/Bogota", "(UTC-05:00) Bogota, Lima, Quito, Rio Branco"),
    "Eastern Standard Time": ("America/New_York", "(UTC-05:00) Eastern Time (US & Canada)"),
    "Atlantic Standard Time": ("America/Halifax", "(UTC-04:00) Atlantic Time (Canada)"),
    "Newfoundland Standard Time": ("America/St_Johns", "(UTC-03:30) Newfoundland"),
    "E. South America Standard Time": ("America/Sao_Paulo", "(UTC-03:00) Brasilia"),
    "Argentina Standard Time": ("America/Buenos_Aires", "(UTC-03:00) City of Buenos Aires"),
    "Azores Standard Time": ("Atlantic/Azores", "(UTC-01:00) Azores"),
    "UTC": ("Etc/UTC", "(UTC) Coordinated Universal Time"),
    "GMT Standard Time": ("Europe/London", "(UTC+00:00) Dublin, Edinburgh, Lisbon, London"),
    "Greenwich Standard Time": ("Atlantic/Reykjavik", "(UTC+00:00) Monrovia, Reykjavik"),
    "W. Europe Standard Time": (
        "Europe/Berlin",
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    ),
    "Central Europe Standard Time": (
        "Europe/Budapest",
        "(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague",
    ),
    "Romance Standard Time": ("Europe/Paris", "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris"),
    "Central European Standard Time": ("Europe/Warsaw", "(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb"),
    "W. Central Africa Standard Time": ("Africa/Lagos", "(UTC+01:00) West Central Africa"),
    "GTB Standard Time": ("Europe/Bucharest", "(UTC+02:00) Athens, Bucharest"),
    "Egypt Standard Time": ("Africa/Cairo", "(UTC+02:00) Cairo"),
    "E. Europe Standard Time": ("Europe/Chisinau", "(UTC+02:00) Chisinau"),
    "South Africa Standard Time": ("Africa/Johannesburg", "(UTC+02:00) Harare, Pretoria"),
    "FLE Standard Time": ("Europe/Kiev", "(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius"),
    "Israel Standard Time": ("Asia/Jerusalem", "(UTC+02:00) Jerusalem"),
    "Turkey Standard Time": ("Europe/Istanbul", "(UTC+03:00) Istanbul"),
    "Arabic Standard Time": ("Asia/Baghdad", "(UTC+03:00) Baghdad"),
    "Arab Standard Time": ("Asia/Riyadh", "(UTC+03:00) Kuwait, Riyadh"),
    "Russian Standard Time": ("Europe/Moscow", "(UTC+03:00) Moscow, St. Petersburg"),
    "E. Africa Standard Time": ("Africa/Nairobi", "(UTC+03:00) Nairobi"),
    "Iran Standard Time": ("Asia/Tehran", "(UTC+03:30) Tehran"),
    "Arabian Standard Time": ("Asia/Dubai", "(UTC+04:00) Abu Dhabi, Muscat"),
    "Pakistan Standard Time": ("Asia/Karachi", "(UTC+05:00) Islamabad, Karachi"),
    "India Standard Time": ("Asia/Kolkata", "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"),
    "Nepal Standard Time": ("Asia/Kathmandu", "(UTC+05:45) Kathmandu"),
    "Bangladesh Standard Time": ("Asia/Dhaka", "(UTC+06:00) Dhaka"),
    "SE Asia Standard Time": ("Asia/Bangkok", "(UTC+07:00) Bangkok, Hanoi, Jakarta"),
    "China Standard Time": ("Asia/Shanghai", "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi"),
    "Singapore Standard Time": ("Asia/Singapore", "(UTC+08:00) Kuala Lumpur, Singapore"),
    "W. Australia Standard Time": ("Australia/Perth", "(UTC+08:00) Perth"),
    "Tokyo Standard Time": ("Asia/Tokyo", "(UTC+09:00) Osaka, Sapporo, Tokyo"),
    "Korea Standard Time": ("Asia/Seoul", "(UTC+09:00) Seoul"),
    "AUS Eastern Standard Time": ("Australia/Sydney", "(UTC+10:00) Canberra, Melbourne, Sydney"),
    "New Zealand Standard Time": ("Pacific/Auckland", "(UTC+12:00) Auckland, Wellington"),
}

LANGUAGES: Mapping[str, str] = {
    "ar-SA": "Arabic (Saudi Arabia)",
    "cs-CZ": "Czech (Czech Republic)",
    "da-DK": "Danish (Denmark)",
    "de-AT": "German (Austria)",
    "de-CH": "German (Switzerland)",
    "de-DE": "German (Germany)",
    "el-GR": "Greek (Greece)",
    "en-AU": "English (Australia)",
    "en-GB": "English (United Kingdom)",
    "en-US": "English (United States)",
    "es-ES": "Spanish (Spain)",
    "es-MX": "Spanish (Mexico)",
    "fi-FI": "Finnish (Finland)",
    "fr-CA": "French (Canada)",
    "fr-FR": "French (France)",
    "he-IL": "Hebrew (Israel)",
    "hi-IN": "Hindi (India)",
    "hu-HU": "Hungarian (Hungary)",
    "it-IT": "Italian (Italy)",
    "ja-JP": "Japanese (Japan)",
    "ko-KR": "Korean (Korea)",
    "nb-NO": "Norwegian, Bokmål (Norway)",
    "nl-NL": "Dutch (Netherlands)",
    "pl-PL": "Polish (Poland)",
    "pt-BR": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "ro-RO": "Romanian (Romania)",
    "ru-RU": "Russian (Russia)",
    "sv-SE": "Swedish (Sweden)",
    "tr-TR": "Turkish (Turkey)",
    "uk-UA": "Ukrainian (Ukraine)",
    "zh-CN": "Chinese (Simplified, China)",
    "zh-TW": "Chinese (Traditional, Taiwan)",
}


def windows_zones() -> list[dict[str, str]]:
    """Windows' zones, from west to east."""
    return [{"alias": name, "displayName": shown} for name, (_, shown) in WINDOWS.items()]


def iana_zones() -> list[dict[str, str]]:
    """IANA's zones by name."""
    return [{"alias": name, "displayName": name} for name in sorted(available_timezones()) if "/" in name]
