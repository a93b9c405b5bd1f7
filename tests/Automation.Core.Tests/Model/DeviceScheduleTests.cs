using Automation.Core.Model;

namespace Automation.Core.Tests.Model;

/// <summary>Schedules and tasks that are written to a device, as one text (SCH-4, SCH-5).</summary>
public sealed class DeviceScheduleTests
{
    [Theory, Trait("Req", "SCH-5")]
    [InlineData("mon 08:00-18:00", "1 08:00:00-18:00:00")]
    [InlineData("sat,sun 00:00-24:00", "6 00:00:00-24:00:00, 7 00:00:00-24:00:00")]
    [InlineData("fri-mon 22:00-24:00", "1 22:00:00-24:00:00, 5 22:00:00-24:00:00, 6 22:00:00-24:00:00, 7 22:00:00-24:00:00")]
    [InlineData("tue 18:00-24:00, 00:00-08:00", "2 00:00:00-08:00:00, 2 18:00:00-24:00:00")]
    [InlineData("mon 08:00-09:00; mon 09:00-10:00", "1 08:00:00-09:00:00, 1 09:00:00-10:00:00")]
    [InlineData("never", "")]
    public void WeekSpans_AreReadInTheOrderOfTheWeek(string text, string expected)
    {
        var spans = WeekSpans.Parse(text, out string? problem);
        Assert.Null(problem);
        Assert.Equal(expected, string.Join(", ", spans.Select(s => $"{s.Day} {s.Start}-{s.End}")));
    }

    [Fact, Trait("Req", "SCH-5")]
    public void WeekSpans_AllDays_AreSevenWholeDays() => Assert.Equal(7, WeekSpans.Parse("allDays", out _).Count(s => s is { StartMinute: 0, EndMinute: 1440 }));

    [Theory, Trait("Req", "SCH-5")]
    [InlineData("", "it has no spans: write never")]
    [InlineData("08:00-18:00", "'08:00-18:00' does not begin with weekdays: write mon-fri 18:00-24:00, allDays or never")]
    [InlineData("monday 08:00-18:00", "'monday 08:00-18:00' does not begin with weekdays: write mon-fri 18:00-24:00, allDays or never")]
    [InlineData("mon 18:00-08:00", "'18:00-08:00' is no span of a day: write 08:00-18:00; one over midnight is two")]
    [InlineData("mon 8:00-18:00", "'8:00-18:00' is no span of a day: write 08:00-18:00; one over midnight is two")]
    [InlineData("mon 08:60-18:00", "'08:60-18:00' is no span of a day: write 08:00-18:00; one over midnight is two")]
    [InlineData("mon 08:00-24:01", "'08:00-24:01' is no span of a day: write 08:00-18:00; one over midnight is two")]
    [InlineData("mon 08:00-12:00, 11:00-13:00", "two spans of mon overlap: make them one")]
    [InlineData("mon 00:00-01:00, 01:00-02:00, 02:00-03:00, 03:00-04:00, 04:00-05:00, 05:00-06:00, 06:00-07:00, 07:00-08:00, 08:00-09:00, 09:00-10:00, 10:00-11:00", "mon has 11 spans: write at most 10")]
    public void WeekSpans_ThatAreNone_SayWhatToWrite(string text, string problem) => Assert.Equal(problem, WeekSpans.Problem(text));

    [Theory, Trait("Req", "SCH-4")]
    [InlineData("08:00-12:00 patrol 1", "08:00:00-12:00:00 patrol 1")]
    [InlineData("12:00-18:00 preset 3, 08:00-12:00 pattern 2, 18:00-19:00 autoScan", "08:00:00-12:00:00 pattern 2, 12:00:00-18:00:00 preset 3, 18:00:00-19:00:00 autoScan 0")]
    [InlineData("20:00-22:00 auxOutput 1", "20:00:00-22:00:00 auxOutput 1")]
    [InlineData("none", "")]
    public void PtzTasks_AreReadByTheirStart(string text, string expected)
    {
        var tasks = PtzTasks.Parse(text, out string? problem);
        Assert.Null(problem);
        Assert.Equal(expected, string.Join(", ", tasks.Select(t => $"{t.Start}-{t.End} {t.Task} {t.Number}")));
    }

    [Theory, Trait("Req", "SCH-4")]
    [InlineData("08:00-12:00", "'08:00-12:00' is no task: write 08:00-12:00 and one of patrol, pattern, preset, auxOutput, autoScan, frameScan, randomScan, panoramaScan, tiltScan, with its number")]
    [InlineData("08:00-12:00 patrol", "'08:00-12:00 patrol' needs a number from 1 to 300: write 08:00-12:00 patrol 1")]
    [InlineData("08:00-12:00 patrol 0", "'08:00-12:00 patrol 0' needs a number from 1 to 300: write 08:00-12:00 patrol 1")]
    [InlineData("08:00-12:00 autoScan 1", "'08:00-12:00 autoScan 1' takes no number")]
    [InlineData("08:00-12:00 patrol 1, 11:00-13:00 patrol 2", "the tasks from 08:00:00 and 11:00:00 overlap")]
    public void PtzTasks_ThatAreNone_SayWhatToWrite(string text, string problem) => Assert.Equal(problem, PtzTasks.Problem(text));

    [Fact, Trait("Req", "SCH-4")]
    public void PtzTasks_ElevenADay_AreTooMany() =>
        Assert.Equal("a day has 11 tasks: write at most 10", PtzTasks.Problem(string.Join(", ", Enumerable.Range(0, 11).Select(h => $"{h:00}:00-{h + 1:00}:00 preset 1"))));
}
