using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using static Automation.Core.Tests.Calendars.Zones;

namespace Automation.Core.Tests.Calendars;

public sealed class SunTests
{
    private static readonly GeoPosition Berlin = new(52.52, 13.405);
    private static readonly GeoPosition Tromso = new(69.6492, 18.9553);

    /// <summary>Published times of almanacs, to the minute.</summary>
    [Theory, Trait("Req", "SCH-1")]
    [InlineData(51.5074, -0.1278, "2024-06-20", "03:43", "20:21")]
    [InlineData(51.5074, -0.1278, "2024-12-21", "08:03", "15:53")]
    [InlineData(40.7128, -74.0060, "2024-03-20", "10:59", "23:08")]
    [InlineData(-33.8688, 151.2093, "2024-12-22", "18:41", "09:05")]
    public void EventOn_OfKnownDays_IsWithinTwoMinutesOfTheAlmanac(double latitude, double longitude, string day, string sunrise, string sunset)
    {
        var date = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture);
        AssertNear(sunrise, SolarPosition.EventOn(date, new GeoPosition(latitude, longitude), SunEvent.Sunrise));
        AssertNear(sunset, SolarPosition.EventOn(date, new GeoPosition(latitude, longitude), SunEvent.Sunset));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void EventOn_OverTheYearAndTheGlobe_IsWhereAnotherFormulaSeesTheSunCrossTheHorizon()
    {
        const int seed = 31;
        var random = new Random(seed);
        for (int i = 0; i < 400; i++)
        {
            var place = new GeoPosition((random.NextDouble() * 120) - 60, (random.NextDouble() * 360) - 180);
            DateOnly date = new DateOnly(2020, 1, 1).AddDays(random.Next(365 * 17));
            SunEvent sunEvent = random.Next(2) == 0 ? SunEvent.Sunrise : SunEvent.Sunset;
            DateTimeOffset at = SolarPosition.EventOn(date, place, sunEvent) ?? throw new InvalidOperationException();
            double before = Elevation(at.AddMinutes(-3), place) + 0.833;
            double after = Elevation(at.AddMinutes(3), place) + 0.833;
            Assert.True(sunEvent == SunEvent.Sunrise ? before < 0 && after > 0 : before > 0 && after < 0, $"seed {seed}: {place} {sunEvent} {at:O}: {before} {after}");
        }
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Next_OverAYear_IsOnceADayAndMovesWithTheOffset()
    {
        TimeZoneInfo zone = Find("Europe/Berlin");
        CompiledTimes sunset = TimesCompiler.Compile(new SunTimes(SunEvent.Sunset, TimeSpan.Zero, []), zone, Berlin);
        CompiledTimes later = TimesCompiler.Compile(new SunTimes(SunEvent.Sunset, TimeSpan.FromHours(12), []), zone, Berlin);
        DateTimeOffset[] all = [.. sunset.Between(Utc(2026, 1, 1), Utc(2027, 1, 1))];
        Assert.Equal(365, all.Length);
        Assert.Equal(all.Select(a => a.AddHours(12)), later.Between(Utc(2026, 1, 1, 12), Utc(2027, 1, 1, 12)));
        Assert.Equal(365, all.Select(a => TimeZoneInfo.ConvertTime(a, zone).Date).Distinct().Count());
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Next_OnWeekdaysAndExcepts_LooksAtTheDateOfTheSite()
    {
        TimeZoneInfo zone = Find("Pacific/Kiritimati");
        var island = new GeoPosition(1.87, -157.4);
        CompiledTimes sunrise = TimesCompiler.Compile(new SunTimes(SunEvent.Sunrise, TimeSpan.Zero, [DayOfWeek.Monday]) { Except = [new(2026, 11, 30)] }, zone, island);
        DateTime[] walls = [.. sunrise.Between(Utc(2026, 11, 20), Utc(2026, 12, 20)).Select(at => TimeZoneInfo.ConvertTime(at, zone).DateTime)];
        Assert.Equal([new DateTime(2026, 11, 23), new DateTime(2026, 12, 7), new DateTime(2026, 12, 14)], walls.Select(w => w.Date));
        Assert.All(walls, w => Assert.InRange(w.Hour, 5, 7));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Next_InThePolarNight_IsTheFirstSunriseAfterIt()
    {
        TimeZoneInfo zone = Find("Europe/Oslo");
        CompiledTimes sunrise = TimesCompiler.Compile(new SunTimes(SunEvent.Sunrise, TimeSpan.Zero, []), zone, Tromso);
        DateTimeOffset next = sunrise.Next(Utc(2026, 12, 10)) ?? throw new InvalidOperationException();
        Assert.InRange(next, Utc(2027, 1, 13), Utc(2027, 1, 17));
        CompiledTimes sunset = TimesCompiler.Compile(new SunTimes(SunEvent.Sunset, TimeSpan.Zero, []), zone, Tromso);
        Assert.InRange(sunset.Next(Utc(2026, 6, 10)) ?? default, Utc(2026, 7, 24), Utc(2026, 7, 29));
    }

    [Fact, Trait("Req", "SCH-1")]
    public void Next_AtThePolesAndWithoutAPosition_NeverFaults()
    {
        SunTimes schedule = new(SunEvent.Sunrise, TimeSpan.Zero, []);
        Assert.Null(TimesCompiler.Compile(schedule, TimeZoneInfo.Utc, null).Next(Utc(2026, 1, 1)));
        foreach (double latitude in new[] { 90.0, -90 })
        {
            CompiledTimes times = TimesCompiler.Compile(schedule, TimeZoneInfo.Utc, new GeoPosition(latitude, 180));
            Assert.True(times.Between(Utc(2026, 1, 1), Utc(2027, 1, 1)).Count() <= 2);
        }

        CompiledTimes end = TimesCompiler.Compile(schedule, TimeZoneInfo.Utc, Berlin);
        Assert.Null(end.Next(DateTimeOffset.MaxValue));
        Assert.NotNull(end.Next(DateTimeOffset.MinValue));
    }

    private static void AssertNear(string time, DateTimeOffset? found)
    {
        TimeSpan difference = (found ?? throw new InvalidOperationException("no event")).TimeOfDay - TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(difference.TotalMinutes, -2, 2);
    }

    /// <summary>The sun's height in degrees by the Astronomical Almanac's low-precision formula: another way than the code's.</summary>
    private static double Elevation(DateTimeOffset at, GeoPosition place)
    {
        const double radian = Math.PI / 180;
        double days = (at - new DateTimeOffset(2000, 1, 1, 12, 0, 0, TimeSpan.Zero)).TotalDays;
        double meanLongitude = 280.460 + (0.9856474 * days);
        double anomaly = (357.528 + (0.9856003 * days)) * radian;
        double ecliptic = (meanLongitude + (1.915 * Math.Sin(anomaly)) + (0.020 * Math.Sin(2 * anomaly))) * radian;
        double obliquity = (23.439 - (0.0000004 * days)) * radian;
        double rightAscension = Math.Atan2(Math.Cos(obliquity) * Math.Sin(ecliptic), Math.Cos(ecliptic));
        double declination = Math.Asin(Math.Sin(obliquity) * Math.Sin(ecliptic));
        double siderealDegrees = 280.46061837 + (360.98564736629 * days) + place.Longitude;
        double hourAngle = (siderealDegrees * radian) - rightAscension;
        double latitude = place.Latitude * radian;
        return Math.Asin((Math.Sin(latitude) * Math.Sin(declination)) + (Math.Cos(latitude) * Math.Cos(declination) * Math.Cos(hourAngle))) / radian;
    }
}
