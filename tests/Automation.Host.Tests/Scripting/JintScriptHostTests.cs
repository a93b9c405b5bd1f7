using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Scripting;

namespace Automation.Host.Tests.Scripting;

public sealed class JintScriptHostTests
{
    private static readonly ResourceAddress Area = ResourceAddress.Parse("store/panel/area/1");

    private readonly JintScriptHost _host = new(ScriptLimits.Default);

    [Theory, Trait("Req", "ACT-11")]
    [InlineData("event.data.count > 1", true)]
    [InlineData("event.data.count > 2", false)]
    [InlineData("event.type === 'motionDetection' && event.source === 'store/nvr/channel/1'", true)]
    [InlineData("state('store/panel/area/1').arming === 'away'", true)]
    [InlineData("state('store/panel/area/9') === null", true)]
    [InlineData("rule === 'r' && at.indexOf('2026-11-20T12:00:00') === 0", true)]
    [InlineData("typeof Date === 'undefined' && Math.random === undefined", true)]
    public void Condition_Script_Answers(string source, bool expected) => Assert.Equal(expected, _host.Condition(source, Context));

    [Theory, Trait("Req", "ACT-11")]
    [InlineData("1 + 1", "true or false")]
    [InlineData("while (true) {}", "")]
    [InlineData("function f() { return f(); } f()", "")]
    [InlineData("var s = 'x'; for (var i = 0; i < 1000; i++) s += s; true", "memory")]
    [InlineData("this is no script", "")]
    [InlineData("noSuchName.x", "")]
    [InlineData("publish('a', 'b')", "publish")]
    public void Condition_ScriptThatIsWrong_IsAScriptException(string source, string word)
    {
        ScriptException thrown = Assert.Throws<ScriptException>(() => _host.Condition(source, Context));
        Assert.Contains(word, thrown.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-11")]
    public void Run_Script_HasTheEffectsOfTheSteps()
    {
        var effects = new Effects();
        _host.Run("action('arm', 'store/panel/area/1', { mode: 'away' }); publish('t', 'p', true); notify('n'); setState('store/panel/area/1', { flag: 1 }); setRule('other', false);", Context, effects);
        Assert.Equal(["action arm store/panel/area/1 {mode: away}", "publish t p True", "notify n", "state store/panel/area/1 {flag: 1}", "rule other False"], effects.Done);
    }

    [Fact, Trait("Req", "ACT-11")]
    public void Run_OneScriptAfterAnother_SharesNothing()
    {
        _host.Run("leak = undefined; var kept = 1;".Replace("leak = undefined; ", "", StringComparison.Ordinal), Context, new Effects());
        Assert.True(_host.Condition("typeof kept === 'undefined'", Context));
    }

    private static ScriptContext Context => new(
        "r", new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), ResourceAddress.Parse("store/nvr/channel/1"), "motionDetection", DataObject.Of(("count", 2)),
        address => address == Area ? DataObject.Of(("arming", "away")) : null);

    private sealed class Effects : IScriptEffects
    {
        public List<string> Done { get; } = [];

        public void Action(string action, ResourceAddress on, DataObject parameters) => Done.Add($"action {action} {on} {parameters}");

        public void Publish(string topic, string payload, bool retain) => Done.Add($"publish {topic} {payload} {retain}");

        public void Notify(string message) => Done.Add($"notify {message}");

        public void SetState(ResourceAddress resource, DataObject properties) => Done.Add($"state {resource} {properties}");

        public void SetRule(string rule, bool enabled) => Done.Add($"rule {rule} {enabled}");
    }
}
