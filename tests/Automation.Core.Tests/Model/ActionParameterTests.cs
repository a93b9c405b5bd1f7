using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Tests.Model;

/// <summary>What an action takes, and what is told before anything is sent.</summary>
public sealed class ActionParameterTests
{
    private static readonly ResourceAddress Nvr = ResourceAddress.Parse("store/nvr");

    private static DataObject Data(string text) => DataObject.From(text.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p =>
        KeyValuePair.Create(p[0], p[1] is "true" or "false" ? (DataValue)(p[1] == "true") : double.TryParse(p[1], CultureInfo.InvariantCulture, out double number) ? number : (DataValue)p[1])));

    [Theory, Trait("Req", "ACT-1"), Trait("Req", "ACT-8")]
    [InlineData("record", "", null)]
    [InlineData("record", "seconds=2", null)]
    [InlineData("record", "seconds=7200", null)]
    [InlineData("record", "seconds=1", "'seconds' is a whole number from 2 to 7200")]
    [InlineData("record", "seconds=7201", "'seconds' is a whole number from 2 to 7200")]
    [InlineData("record", "seconds=2.5", "'seconds' is a whole number")]
    [InlineData("record", "seconds=long", "'seconds' is a whole number from 2 to 7200")]
    [InlineData("record", "second=5", "'record' does not take 'second': it takes seconds")]
    [InlineData("capture", "seconds=5", "'capture' does not take 'seconds': it takes no parameters")]
    [InlineData("callPreset", "", "'callPreset' needs 'preset': a whole number from 1 to 300")]
    [InlineData("callPreset", "preset=0", "'preset' is a whole number from 1 to 300")]
    [InlineData("callPreset", "preset=301", "'preset' is a whole number from 1 to 300")]
    [InlineData("callPatrol", "patrol=1|command=run", "'command' is one of start, stop, pause")]
    [InlineData("callPattern", "pattern=1|command=pause", "'command' is one of run, stop")]
    [InlineData("movePtz", "pan=50", null)]
    [InlineData("movePtz", "pan=150", "'pan' is a number from -100 to 100")]
    [InlineData("movePtz", "mode=momentary|pan=-100|tilt=100|zoom=1|milliseconds=60000", null)]
    [InlineData("movePtz", "mode=momentary|pan=101", "'pan' is a number from -100 to 100")]
    [InlineData("movePtz", "mode=continuous|tilt=-101", "'tilt' is a number from -100 to 100")]
    [InlineData("movePtz", "mode=absolute|pan=360|tilt=-90|zoom=100", null)]
    [InlineData("movePtz", "mode=absolute|pan=-1", "'pan' is a number from 0 to 360")]
    [InlineData("movePtz", "mode=absolute|tilt=271", "'tilt' is a number from -90 to 270")]
    [InlineData("movePtz", "mode=absolute|zoom=101", "'zoom' is a number from 0 to 100")]
    [InlineData("movePtz", "mode=absolute|zoom=-1", "'zoom' is a number from 0 to 100")]
    [InlineData("movePtz", "mode=absolute|milliseconds=100", "'milliseconds' is not taken in the mode absolute")]
    [InlineData("movePtz", "mode=relative|pan=255|tilt=0|zoom=-100", null)]
    [InlineData("movePtz", "mode=relative|pan=256", "'pan' is a number from 0 to 255")]
    [InlineData("auxiliary", "type=wiper", null)]
    [InlineData("auxiliary", "state=on", "'auxiliary' needs 'type': one of light, wiper, fan, heater")]
    [InlineData("irCut", "mode=sideways", "'mode' is one of day, night, auto")]
    [InlineData("triggerAlarmOutput", "state=pulse|pulseSeconds=0.1", null)]
    [InlineData("triggerAlarmOutput", "pulseSeconds=0", "'pulseSeconds' is a number from 0.1 to 3600")]
    [InlineData("arm", "mode=stay", null)]
    [InlineData("arm", "mode=vacation", "'mode' is one of away, stay")]
    [InlineData("deactivateZone", "mode=lidOnly|permanent=true", null)]
    [InlineData("deactivateZone", "permanent=5", "'permanent' is true or false")]
    [InlineData("extendPort", "", "'extendPort' needs 'enabled': true or false")]
    [InlineData("parkAction", "seconds=30|task=preset|number=1", null)]
    [InlineData("parkAction", "task=autoScan", null)]
    [InlineData("parkAction", "task=patrol", "'parkAction' needs the 'number' of the patrol")]
    [InlineData("setTimeTasks", "day=mon|tasks=none", null)]
    [InlineData("setTimeTasks", "day=monday|tasks=none", "'day' is one of mon, tue, wed, thu, fri, sat, sun")]
    public void Problem_OfParameters_SaysWhatToWrite(string action, string parameters, string? problem) => Assert.Equal(problem, ActionTypes.All[action].Problem(Data(parameters)));

    [Fact, Trait("Req", "ACT-1")]
    public void Complete_FillsInWhatCountsWhenNothingIsSaid()
    {
        Assert.Equal(DataObject.Of(("seconds", 30)), ActionTypes.All["record"].Complete(DataObject.Empty));
        Assert.Equal(DataObject.Of(("mode", "stay")), ActionTypes.All["arm"].Complete(DataObject.Of(("mode", "stay"))));
    }

    [Fact, Trait("Req", "ACT-10")]
    public void EveryDefault_IsTakenByItsOwnParameter()
    {
        foreach (ActionTypeInfo type in ActionTypes.All.Values)
        {
            foreach (ActionParameterInfo parameter in type.Parameters.Where(p => !p.Default.IsNull)) Assert.Null(parameter.Problem(parameter.Default, null));
        }
    }

    [Fact, Trait("Req", "ACT-10")]
    public void EveryKind_IsWorthDoingForSomeTime() => Assert.All(ActionTypes.All.Values, t => Assert.InRange(t.WorthDoing, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5)));

    private static Device Recorder(string capabilities, params NamedNumber[] presets) => new()
    {
        Address = Nvr, Name = "Recorder", Kind = "nvr",
        Resources =
        [
            new Resource { Address = Nvr.Resource("channel", 1) },
            new Resource { Address = Nvr.Resource("channel", 4), Capabilities = [.. capabilities.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Presets = [.. presets], Patrols = [new(2, "")] },
            new Resource { Address = Nvr.Resource("alarm-output", 1) },
        ],
    };

    [Theory, Trait("Req", "ACT-8")]
    [InlineData("dance", "/channel/4", "", "'dance' is not an action")]
    [InlineData("callPreset", "/channel/9", "preset=1", "store/nvr/channel/9 is not a resource of store/nvr")]
    [InlineData("callPreset", "/alarm-output/1", "preset=1", "callPreset cannot be done on a alarm-output: it is for channel")]
    [InlineData("reboot", "/channel/4", "", "reboot cannot be done on a channel: it is for device")]
    [InlineData("reboot", "", "", null)]
    [InlineData("callPreset", "/channel/4", "preset=9", "'store/nvr/channel/4' has no preset 9: it has 1 Gate, 3")]
    [InlineData("callPreset", "/channel/4", "preset=3", null)]
    [InlineData("callPatrol", "/channel/4", "patrol=1", "'store/nvr/channel/4' has no patrol 1: it has 2")]
    [InlineData("callPattern", "/channel/4", "pattern=1", null)]
    [InlineData("parkAction", "/channel/4", "task=preset|number=2", "'store/nvr/channel/4' has no preset 2: it has 1 Gate, 3")]
    [InlineData("callPreset", "/channel/1", "preset=3", "store/nvr/channel/1 cannot do callPreset: it is not among those with the capability ptz; name one of them, or add it in the site file")]
    [InlineData("capture", "/channel/1", "", null)]
    public void Check_BeforeSending_SaysWhatToChange(string action, string on, string parameters, string? problem) =>
        Assert.Equal(problem, ActionCheck.Problem(Recorder("ptz", new(1, "Gate"), new(3, "")), ResourceAddress.Parse("store/nvr" + on), action, Data(parameters)));

    [Fact, Trait("Req", "ACT-8")]
    public void Check_OfADeviceOfWhichNothingIsKnown_FindsNothing() =>
        Assert.Null(ActionCheck.Problem(Recorder(""), Nvr.Resource("channel", 1), "callPreset", DataObject.Of(("preset", 77))));
}
