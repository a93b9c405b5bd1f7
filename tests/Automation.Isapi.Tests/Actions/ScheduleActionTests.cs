using Automation.Core.Model;
using Automation.TestKit;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>What is written to a device for it to do at its own times (SCH-4, SCH-5; 003 §8.11.6, §8.13.28–36, §8.15).</summary>
public sealed class ScheduleActionTests
{
    private const string Ns = "version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"";

    private static async Task<(ActionOutcome Outcome, Asked[] Commands)> DoWithAsync(string action, string on, DataObject parameters, params (string Path, string Document)[] documents)
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync(on, time);
        await using (device)
        await using (connection)
        {
            foreach ((string path, string document) in documents) device.Keep("/ISAPI" + path, document);
            ActionAnswer answer = (await Until.Done(connection.ExecuteAsync(action, [ResourceAddress.Parse(on)], parameters, CancellationToken.None)))[0];
            ActionOutcome outcome = answer.WithEffect is { } effect ? await PassAsync(time, effect) : answer.Outcome;
            return (outcome, [.. device.Commands]);
        }
    }

    private static string Body(Asked asked) => asked.Body.StartsWith("<?xml", StringComparison.Ordinal) ? asked.Body.Split('\n', 2)[1] : asked.Body;

    [Fact, Trait("Req", "SCH-4")]
    public async Task ParkAction_ChangesWhatIsGiven_AndLeavesTheRest()
    {
        const string before = "<ParkAction version=\"2.0\" xmlns=\"urn:x\"><enabled>false</enabled><Parktime>30</Parktime><Action><ActionType>preset</ActionType><ActionNum>1</ActionNum></Action><odd/></ParkAction>";
        (ActionOutcome outcome, Asked[] commands) = await DoWithAsync("parkAction", "store/nvr/channel/4", DataObject.Of(("task", "patrol"), ("number", 2)), ("/PTZCtrl/channels/4/parkaction", before));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        Assert.Equal("/ISAPI/PTZCtrl/channels/4/parkaction", commands[0].Path);
        Assert.Equal("<ParkAction version=\"2.0\" xmlns=\"urn:x\"><enabled>true</enabled><Parktime>30</Parktime><Action><ActionType>patrol</ActionType><ActionNum>2</ActionNum></Action><odd /></ParkAction>", Body(commands[0]));
        (_, commands) = await DoWithAsync("parkAction", "store/nvr/channel/4", DataObject.Of(("enabled", false), ("seconds", 60), ("task", "autoScan")), ("/PTZCtrl/channels/4/parkaction", before));
        Assert.Contains("<enabled>false</enabled><Parktime>60</Parktime><Action><ActionType>autoscan</ActionType><ActionNum>0</ActionNum></Action>", Body(commands[0]), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "SCH-4")]
    public async Task TimeTasks_AreTheDaysBlock_AndThenAllTasksAreEnabled()
    {
        (ActionOutcome outcome, Asked[] commands) = await DoWithAsync(
            "setTimeTasks", "store/nvr/channel/4", DataObject.Of(("day", "wed"), ("tasks", "20:00-24:00 autoScan, 08:00-12:00 patrol 1")),
            ("/PTZCtrl/channels/4/timetasks", "<TimeTaskList><enabled>false</enabled><Parktime>5</Parktime></TimeTaskList>"), ("/PTZCtrl/channels/4/timetasks/3", ""));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        Assert.Equal(["/ISAPI/PTZCtrl/channels/4/timetasks/3", "/ISAPI/PTZCtrl/channels/4/timetasks"], commands.Select(c => c.Path));
        Assert.Equal(
            $"<TimeTaskBlock {Ns}><dayOfWeek>3</dayOfWeek><TimeTaskRange><TaskID>1</TaskID><beginTime>08:00:00</beginTime><endTime>12:00:00</endTime><Task><TaskType>patrol</TaskType><TaskNum>1</TaskNum></Task></TimeTaskRange>" +
            "<TimeTaskRange><TaskID>2</TaskID><beginTime>20:00:00</beginTime><endTime>23:59:00</endTime><Task><TaskType>autoscan</TaskType><TaskNum>0</TaskNum></Task></TimeTaskRange></TimeTaskBlock>", Body(commands[0]));
        Assert.Contains("<enabled>true</enabled><Parktime>5</Parktime>", Body(commands[1]), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "SCH-5")]
    public async Task RecordSchedule_OfADevice_IsTheDocumentOf003()
    {
        const string before = "<RecordSchedule version=\"1.0\" xmlns=\"http://www.hikvision.com/ver10/XMLSchema\"><enalbled>false</enalbled><RecordDelayTime>0</RecordDelayTime><PreRecordTime>0</PreRecordTime><TimeBlockList><TimeBlock/></TimeBlockList></RecordSchedule>";
        (ActionOutcome outcome, Asked[] commands) = await DoWithAsync("setRecordSchedule", "store/nvr", DataObject.Of(("schedule", "mon,tue 18:00-24:00"), ("type", "alarm"), ("preSeconds", 5), ("postSeconds", 30)), ("/Record/schedule", before));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        string Block(int day) => $"<TimeBlock><recordType>Alarm</recordType><dayOfWeek>{day}</dayOfWeek><TimeRange><beginTime>18:00:00</beginTime><endTime>24:00:00</endTime></TimeRange></TimeBlock>";
        Assert.Equal($"<RecordSchedule version=\"1.0\" xmlns=\"http://www.hikvision.com/ver10/XMLSchema\"><enalbled>true</enalbled><RecordDelayTime>30</RecordDelayTime><PreRecordTime>5</PreRecordTime><TimeBlockList>{Block(1)}{Block(2)}</TimeBlockList></RecordSchedule>", Body(commands[0]));
    }

    [Fact, Trait("Req", "SCH-5")]
    public async Task RecordSchedule_OfAChannel_IsThatOfItsTrack()
    {
        const string before = """
            <Track><id>201</id><TrackSchedule><ScheduleBlockList><ScheduleBlock><ScheduleBlockGUID>x</ScheduleBlockGUID><ScheduleAction><id>1</id></ScheduleAction></ScheduleBlock></ScheduleBlockList></TrackSchedule><CustomExtensionList><CustomExtension><enableSchedule>false</enableSchedule><PreRecordTimeSeconds>0</PreRecordTimeSeconds></CustomExtension></CustomExtensionList></Track>
            """;
        (ActionOutcome outcome, Asked[] commands) = await DoWithAsync("setRecordSchedule", "store/nvr/channel/2", DataObject.Of(("schedule", "sun 00:00-24:00"), ("type", "motion"), ("preSeconds", 5)), ("/ContentMgmt/record/tracks/201", before));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        Assert.Equal("/ISAPI/ContentMgmt/record/tracks/201", commands[0].Path);
        Assert.Contains(
            "<ScheduleBlockGUID>x</ScheduleBlockGUID><ScheduleAction><id>1</id><ScheduleActionStartTime><DayOfWeek>Sunday</DayOfWeek><TimeOfDay>00:00:00</TimeOfDay></ScheduleActionStartTime><ScheduleActionEndTime><DayOfWeek>Sunday</DayOfWeek><TimeOfDay>24:00:00</TimeOfDay></ScheduleActionEndTime>",
            Body(commands[0]), StringComparison.Ordinal);
        Assert.Contains("<ActionRecordingMode>MOTION</ActionRecordingMode>", Body(commands[0]), StringComparison.Ordinal);
        Assert.Contains("<enableSchedule>true</enableSchedule><PreRecordTimeSeconds>5</PreRecordTimeSeconds>", Body(commands[0]), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "SCH-5")]
    [InlineData("store/nvr/channel/1", "motionDetection", "/Event/schedules/motionDetections/VMD_video1")]
    [InlineData("store/nvr/channel/1", "motionDetection", "/Event/Schedule/VMD")]
    [InlineData("store/nvr/channel/1", "videoLoss", "/Event/Schedule/videoloss")]
    [InlineData("store/nvr/channel/1", "videoTampering", "/Event/Schedule/shelteralarm")]
    [InlineData("store/nvr/channel/3", "videoTampering", "/Event/schedules/tamperDetections/shelteralarm_video3")]
    [InlineData("store/nvr/alarm-input/1", "", "/Event/Schedule/IO_IN_1")]
    [InlineData("store/nvr/alarm-output/2", "", "/Event/Schedule/IO_OUT_2")]
    public async Task EventSchedule_IsUnderTheEventsName(string on, string type, string path)
    {
        const string before = "<EventSchedule><eventType>VMD</eventType><TimeBlockList><TimeBlock><dayOfWeek>1</dayOfWeek></TimeBlock></TimeBlockList></EventSchedule>";
        DataObject parameters = DataObject.Of(("schedule", "fri 08:00-18:00"));
        if (type.Length > 0) parameters = parameters.With("event", type);
        (ActionOutcome outcome, Asked[] commands) = await DoWithAsync("setEventSchedule", on, parameters, (path, before));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        Assert.Equal("/ISAPI" + path, commands[0].Path);
        Assert.Equal("<EventSchedule><eventType>VMD</eventType><TimeBlockList><TimeBlock><dayOfWeek>5</dayOfWeek><TimeRange><beginTime>08:00:00</beginTime><endTime>18:00:00</endTime></TimeRange></TimeBlock></TimeBlockList></EventSchedule>", Body(commands[0]));
    }

    [Fact, Trait("Req", "SCH-5")]
    public async Task Schedule_ThatTheDeviceChanged_IsNotSeen()
    {
        var time = new ManualTime();
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/nvr", time);
        await using (device)
        await using (connection)
        {
            device.Answer("GET", "/ISAPI/Event/Schedule/VMD", "<EventSchedule><TimeBlockList><TimeBlock><dayOfWeek>1</dayOfWeek><TimeRange><beginTime>00:00</beginTime><endTime>24:00</endTime></TimeRange></TimeBlock></TimeBlockList></EventSchedule>");
            ActionAnswer answer = (await Until.Done(connection.ExecuteAsync("setEventSchedule", [ResourceAddress.Parse("store/nvr/channel/1")], DataObject.Of(("schedule", "never")), CancellationToken.None)))[0];
            ActionOutcome outcome = await PassAsync(time, answer.WithEffect!);
            Assert.Equal((ActionEffect.NotSeen, "schedule is 1 00:00:00-24:00:00"), (outcome.Effect, outcome.Seen));
        }
    }
}
