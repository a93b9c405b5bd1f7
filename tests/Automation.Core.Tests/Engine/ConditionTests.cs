using System.Collections.Immutable;
using Automation.Core.Calendars;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Conditions: states, windows, data, toggles, scripts, and all their combinations.</summary>
public class ConditionTests
{
    private static readonly EventTrigger Alarm = Make.On("panel/zone/3", "zoneAlarm");

    [Fact]
    public void State_UnknownMeetsNothing_AlsoNotNotIn()
    {
        var notIn = new StateCondition(Scenario.At("panel/area/1"), new DataTest("arming", Comparison.NotIn, ["disarm"]));
        var scenario = new Scenario(Make.Rule("a", Alarm, notIn), Make.Rule("b", Alarm, new NotCondition(Make.Is("panel/area/1", "arming", "disarm"))));
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 b"], scenario.Fired());
        scenario.State("panel/area/1", ("arming", "away")).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 a", "12:00:00 b"], scenario.Fired());
    }

    [Fact, Trait("Req", "LNK-4")]
    public void Window_IsOpenFromItsStartUpToItsEnd()
    {
        var scenario = new Scenario(Make.Rule("a", Alarm, Make.Daily(13 * 60, 14 * 60)));
        foreach (int seconds in (int[])[0, 3599, 1, 3599, 1]) scenario.Wait(seconds).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["13:00:00 a", "13:59:59 a"], scenario.Fired());
    }

    [Fact]
    public void EventData_IsFalseWhenTheTriggerIsNoEvent()
    {
        Condition human = new EventDataCondition(new DataTest("target", Comparison.In, ["human"]));
        var scenario = new Scenario(Make.Rule("a", [Alarm, Make.Changes("panel", "flag", true)], human, []));
        scenario.Found("panel", ("flag", false)).State("panel", ("flag", true)).Event("panel/zone/3", "zoneAlarm", EventState.Instant, ("target", "human"));
        Assert.Single(scenario.Fired());
    }

    [Fact]
    public void Script_ThatThrows_IsAFaultOfItsRuleOnly()
    {
        var scenario = new Scenario(TimeZoneInfo.Utc, [], [Make.Rule("a", Alarm, new ScriptCondition("boom")), Make.Rule("b", Alarm, new ScriptCondition("yes")), Make.Rule("c", Alarm, null, new ScriptStep("set"))], new Scripts());
        scenario.Event("panel/zone/3", "zoneAlarm");
        string[] lines = scenario.Take();
        Assert.Contains("fault 12:00:00 a Script boom", lines);
        Assert.Contains("fired 12:00:00 b", lines);
        Assert.Contains("state 12:00:00 store/panel {flag: true}", lines);
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Windows_ReadFromTheTable_AreThoseOfTheCalendar()
    {
        const int Seed = 20261120;
        var random = new Random(Seed);
        foreach (string name in (string[])["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
        {
            TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            WeeklyWindows[] windows = [.. Enumerable.Range(0, 70).Select(_ => RandomWindows(random))];
            var table = new WindowSet(windows);
            var clock = new SiteClock(zone);
            CompiledWindows[] calendar = [.. windows.Select(w => WindowsCompiler.Compile(w, zone))];
            var truth = new ulong[table.Words];
            DateTimeOffset at = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            for (int i = 0; i < 3000; i++)
            {
                at += TimeSpan.FromSeconds(random.Next(0, 20_000));
                table.Read(clock.LocalTicks(at.UtcTicks), truth);
                for (int w = 0; w < windows.Length; w++)
                {
                    bool open = (truth[w >> 6] & (1ul << (w & 63))) != 0;
                    Assert.True(open == calendar[w].IsOpen(at.UtcTicks), $"seed {Seed}, {name}, window {w} at {at:O}: table {open}");
                }
            }
        }
    }

    private static WeeklyWindows RandomWindows(Random random)
    {
        ImmutableArray<DayRange> Ranges() => [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new DayRange(random.Next(0, 1440), random.Next(1, 1441)))];
        return new WeeklyWindows([.. Enumerable.Range(0, 7).Select(_ => Ranges())])
        {
            Except = random.Next(3) == 0 ? [new DateOnly(2026, 1 + random.Next(12), 3), new DateOnly(2026, 3, 29)] : [],
            Holidays = random.Next(3) == 0 ? [new DateOnly(2026, 1 + random.Next(12), 4), new DateOnly(2026, 10, 25)] : [],
            HolidayRanges = Ranges(),
        };
    }

    private sealed class Scripts : IScriptHost
    {
        public bool Condition(string source, in ScriptContext context) => source == "yes" ? true : throw new InvalidOperationException(source);

        public void Run(string source, in ScriptContext context, IScriptEffects effects) => effects.SetState(Scenario.At("panel"), DataObject.Of(("flag", true)));
    }
}
