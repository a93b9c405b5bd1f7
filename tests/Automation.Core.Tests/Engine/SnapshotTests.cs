using System.Buffers;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Stop and start: exactly the same, with the policies of a pause, and with a changed program.</summary>
public class SnapshotTests
{
    private const int Seeds = 2_400;

    [Fact]
    public void Restore_AtAnyPointOfAnyHistory_GoesOnAsIfNothingHadHappened()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var site = new RandomSite(seed);
            SiteProgram program = site.Program();
            int length = 15 + seed % 30;
            int stop = seed * 7 % length;
            EngineInput[] inputs = [.. Enumerable.Range(0, length).Select(_ => site.Next())];
            var straight = new SiteEngine(program, EngineOptions.Default);
            var straightSink = new LineSink();
            var engine = new SiteEngine(program, EngineOptions.Default);
            var sink = new LineSink();
            straight.Start(EngineInput.Time(1, Scenario.Noon), straightSink);
            engine.Start(EngineInput.Time(1, Scenario.Noon), sink);
            for (int i = 0; i < length; i++)
            {
                if (i == stop)
                {
                    byte[] snapshot = Snapshot(engine);
                    engine = SiteEngine.Restore(program, EngineOptions.Default, snapshot);
                    Assert.True(snapshot.AsSpan().SequenceEqual(Snapshot(engine)), $"seed {seed}: the restored state differs at input {i}");
                }

                straight.Step(inputs[i], straightSink);
                engine.Step(inputs[i], sink);
                Assert.True(straightSink.Lines.SequenceEqual(sink.Lines), $"seed {seed}, stopped at {stop}, input {i}:\n{Difference(straightSink, sink)}");
                straightSink.Lines.Clear();
                sink.Lines.Clear();
                Assert.True(straight.NextDue == engine.NextDue, $"seed {seed}, stopped at {stop}, input {i}: next due {straight.NextDue:O} and {engine.NextDue:O}");
            }

            Assert.True(Snapshot(straight).AsSpan().SequenceEqual(Snapshot(engine)), $"seed {seed}: the states differ at the end");
        }
    }

    [Fact]
    public void Load_OfTheSameProgram_ChangesNothing()
    {
        for (int seed = 1; seed <= 150; seed++)
        {
            var site = new RandomSite(seed);
            SiteProgram program = site.Program();
            EngineInput[] inputs = [.. Enumerable.Range(0, 40).Select(_ => site.Next())];
            var straight = new Scenario();
            (straight.Engine, Scenario reloaded) = (new SiteEngine(program, EngineOptions.Default), new Scenario());
            reloaded.Engine = new SiteEngine(program, EngineOptions.Default);
            foreach (Scenario scenario in (Scenario[])[straight, reloaded]) scenario.Engine.Start(EngineInput.Time(1, Scenario.Noon), scenario.Sink);
            DateTimeOffset last = Scenario.Noon;
            for (int i = 0; i < inputs.Length; i++)
            {
                if (i % 7 == 3) reloaded.Engine.Load(program, EngineInput.Time(inputs[i].Sequence, last), reloaded.Sink);
                last = inputs[i].At;
                straight.Give(inputs[i]);
                reloaded.Give(inputs[i]);
                Assert.True(straight.Sink.Lines.SequenceEqual(reloaded.Sink.Lines), $"seed {seed}, input {i}:\n{Difference(straight.Sink, reloaded.Sink)}");
            }
        }
    }

    [Fact]
    public void Restore_OfDamagedBytes_Refuses()
    {
        var scenario = new Scenario(Make.Rule("a", Make.Changes("nvr", "online", false, forSeconds: 60)));
        byte[] snapshot = Snapshot(scenario.Engine);
        SiteProgram program = Scenario.Program(TimeZoneInfo.Utc, [], []);
        for (int i = 0; i < snapshot.Length; i += 97)
        {
            byte[] damaged = [.. snapshot];
            damaged[i] ^= 1;
            Assert.Throws<InvalidDataException>(() => SiteEngine.Restore(program, EngineOptions.Default, damaged));
            Assert.Throws<InvalidDataException>(() => SiteEngine.Restore(program, EngineOptions.Default, snapshot.AsSpan(0, i)));
        }
    }

    [Theory]
    [InlineData(HoldPolicy.AssumeHeld, false, new[] { "12:30:00 a" })]
    [InlineData(HoldPolicy.Restart, false, new[] { "12:40:00 a" })]
    [InlineData(HoldPolicy.RequireProof, false, new string[0])]
    [InlineData(HoldPolicy.AssumeHeld, true, new string[0])]
    public void Start_AfterAPause_TreatsHoldsByTheirPolicy(HoldPolicy policy, bool back, string[] expected)
    {
        EngineRule rule = Make.Rule("a", Make.Changes("nvr", "online", false, forSeconds: 600, restart: policy));
        var scenario = new Scenario(rule);
        scenario.Found("nvr", ("online", true)).State("nvr", ("online", false)).Wait(300);
        Pause(scenario, rule, TimeSpan.FromMinutes(25));
        scenario.Found("nvr", ("online", back)).Wait(3600);
        Assert.Equal(expected, scenario.Fired());
    }

    [Theory, Trait("Req", "SCH-7")]
    [InlineData(MissedPolicy.Skip, 60, 0)]
    [InlineData(MissedPolicy.Latest, 60, 1)]
    [InlineData(MissedPolicy.All, 60, 6)]
    [InlineData(MissedPolicy.All, 15, 2)]
    [InlineData(MissedPolicy.Latest, 3, 0)]
    public void Start_AfterAPause_TreatsMissedSchedulesByTheirPolicy(MissedPolicy policy, int withinMinutes, int firings)
    {
        EngineRule rule = Make.Rule("a", new ScheduleTrigger(new CronTimes("*/10 * * * *"), new MissedRuns(policy, TimeSpan.FromMinutes(withinMinutes))));
        var scenario = new Scenario(rule);
        Pause(scenario, rule, TimeSpan.FromMinutes(65));
        Assert.Equal(Enumerable.Repeat("13:05:00 a", firings), scenario.Fired());
        scenario.Wait(300);
        Assert.Equal(["13:10:00 a"], scenario.Fired());
    }

    [Fact]
    public void Start_AfterAPause_LetsDelaysGoOnAtTheirInstant()
    {
        EngineRule rule = Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"), null, Make.Delay(60), Make.Do("record", "nvr/channel/1"));
        var scenario = new Scenario(rule);
        scenario.Event("panel/zone/3", "zoneAlarm").Take();
        Pause(scenario, rule, TimeSpan.FromMinutes(10));
        Assert.Equal(["request 12:01:00 store-3.0 a record store/nvr/channel/1 {}"], scenario.Take());
    }

    [Fact]
    public void Load_OfAnEditedRule_KeepsToggleAndCount_DropsItsTimers()
    {
        EngineRule kept = Make.Rule("kept", Make.Changes("nvr", "online", false, forSeconds: 60)) with { Version = "1" };
        EngineRule edited = Make.Rule("edited", Make.On("panel/zone/3", "zoneAlarm"), null, Make.Delay(60), Make.Do("record", "nvr/channel/1")) with { Version = "1" };
        EngineRule toggled = Make.Rule("toggled", Make.On("panel/zone/3", "zoneAlarm")) with { Version = "1" };
        var scenario = new Scenario(kept, edited, toggled);
        scenario.Found("nvr", ("online", true)).State("nvr", ("online", false)).Event("panel/zone/3", "zoneAlarm").Toggle("toggled", false).Wait(30).Take();
        SiteProgram program = Scenario.Program(TimeZoneInfo.Utc, [], [kept, edited with { Version = "2" }, toggled with { Version = "2" }, Make.Rule("new", Make.Changes("nvr", "online", false, forSeconds: 60))]);
        scenario.Engine.Load(program, scenario.TimeInput(), scenario.Sink);
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(2, scenario.Engine.Status("edited").Firings);
        Assert.Equal(1, scenario.Engine.Status("edited").Running);
        Assert.False(scenario.Engine.Status("toggled").Enabled);
        scenario.Wait(300);
        Assert.Equal(["12:00:30 edited", "12:01:00 kept", "12:01:30 new"], scenario.Fired());
    }

    private static void Pause(Scenario scenario, EngineRule rule, TimeSpan length)
    {
        byte[] snapshot = Snapshot(scenario.Engine);
        scenario.Now += length;
        scenario.Engine = SiteEngine.Restore(Scenario.Program(TimeZoneInfo.Utc, [], [rule]), EngineOptions.Default, snapshot);
        scenario.Engine.Start(scenario.TimeInput(), scenario.Sink);
    }

    private static byte[] Snapshot(SiteEngine engine)
    {
        var bytes = new ArrayBufferWriter<byte>();
        engine.Snapshot(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Difference(LineSink straight, LineSink other)
    {
        int at = 0;
        while (at < straight.Lines.Count && at < other.Lines.Count && straight.Lines[at] == other.Lines[at]) at++;
        return $"line {at}: straight '{straight.Lines.ElementAtOrDefault(at)}', other '{other.Lines.ElementAtOrDefault(at)}'";
    }
}
