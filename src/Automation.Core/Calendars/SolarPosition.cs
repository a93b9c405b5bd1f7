using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Calendars;

/// <summary>When the sun rises and sets, by the equations of NOAA's solar calculator (after Meeus, Astronomical Algorithms).</summary>
/// <remarks>Within a minute up to 72 degrees of latitude, within ten beyond, for the years 1901 to 2099.</remarks>
internal static class SolarPosition
{
    /// <summary>Degrees from the zenith: the centre of the disc stands its radius (16') and the refraction (34') under the horizon.</summary>
    private const double RisingZenith = 90.833;

    private const double MinutesPerDegree = 4;

    /// <summary>The event of the solar day of this date at the place, to the second; null where the sun stays up or down all day.</summary>
    public static DateTimeOffset? EventOn(DateOnly date, GeoPosition place, SunEvent sunEvent)
    {
        var midnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        double julianDay = midnight.UtcTicks / (double)TimeSpan.TicksPerDay + 1721425.5;

        // Declination and equation of time move during the day; beginning at noon, three rounds settle to under a second.
        double minutes = 720 - (MinutesPerDegree * place.Longitude);
        for (int round = 0; round < 3; round++)
        {
            (double declination, double equationOfTime) = At(julianDay + (minutes / 1440));
            if (HourAngle(place.Latitude, declination) is not { } hourAngle) return null;
            double noon = 720 - (MinutesPerDegree * place.Longitude) - equationOfTime;
            minutes = noon + (MinutesPerDegree * (sunEvent == SunEvent.Sunrise ? -hourAngle : hourAngle));
        }

        return midnight.AddSeconds(Math.Round(minutes * 60));
    }

    /// <summary>Degrees the earth turns between noon and the event; null when the sun does not cross the horizon.</summary>
    private static double? HourAngle(double latitude, double declination)
    {
        double cosine = (Math.Cos(Radians(RisingZenith)) / (Math.Cos(Radians(latitude)) * Math.Cos(Radians(declination))))
            - (Math.Tan(Radians(latitude)) * Math.Tan(Radians(declination)));
        return cosine is >= -1 and <= 1 ? Degrees(Math.Acos(cosine)) : null;
    }

    /// <summary>The declination in degrees and the equation of time in minutes.</summary>
    private static (double Declination, double EquationOfTime) At(double julianDay)
    {
        double century = (julianDay - 2451545) / 36525;
        double longitude = Wrap(280.46646 + (century * (36000.76983 + (century * 0.0003032))));
        double anomaly = 357.52911 + (century * (35999.05029 - (0.0001537 * century)));
        double eccentricity = 0.016708634 - (century * (0.000042037 + (0.0000001267 * century)));
        double centre = (Sin(anomaly) * (1.914602 - (century * (0.004817 + (0.000014 * century)))))
            + (Sin(2 * anomaly) * (0.019993 - (0.000101 * century))) + (Sin(3 * anomaly) * 0.000289);
        double node = 125.04 - (1934.136 * century);
        double apparentLongitude = longitude + centre - 0.00569 - (0.00478 * Sin(node));
        double meanObliquity = 23 + ((26 + ((21.448 - (century * (46.815 + (century * (0.00059 - (century * 0.001813)))))) / 60)) / 60);
        double obliquity = meanObliquity + (0.00256 * Math.Cos(Radians(node)));
        double declination = Degrees(Math.Asin(Sin(obliquity) * Sin(apparentLongitude)));

        double y = Math.Pow(Math.Tan(Radians(obliquity / 2)), 2);
        double equation = (y * Sin(2 * longitude)) - (2 * eccentricity * Sin(anomaly))
            + (4 * eccentricity * y * Sin(anomaly) * Math.Cos(Radians(2 * longitude)))
            - (0.5 * y * y * Sin(4 * longitude)) - (1.25 * eccentricity * eccentricity * Sin(2 * anomaly));
        return (declination, MinutesPerDegree * Degrees(equation));
    }

    private static double Wrap(double degrees) => degrees - (360 * Math.Floor(degrees / 360));

    private static double Sin(double degrees) => Math.Sin(Radians(degrees));

    private static double Radians(double degrees) => degrees * Math.PI / 180;

    private static double Degrees(double radians) => radians * 180 / Math.PI;
}
