using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Documents;

public sealed class ResponseStatusTests
{
    private static DeviceAnswer Answer(int http, string body, string? type = "application/xml") => new(CallFailure.None, http, type, Encoding.UTF8.GetBytes(body), null);

    [Theory, Trait("Req", "ACT-8")]
    [InlineData(200, "<ResponseStatus version=\"1.0\" xmlns=\"http://www.hikvision.com/ver10/XMLSchema\"><statusCode>1</statusCode><statusString>OK</statusString></ResponseStatus>", true, ActionReason.None, false)]
    [InlineData(200, "<ResponseStatus><statusCode>7</statusCode><subStatusCode>rebootRequired</subStatusCode></ResponseStatus>", true, ActionReason.None, false)]
    [InlineData(200, "<ResponseStatus><statusCode>2</statusCode><statusString>Device Busy</statusString></ResponseStatus>", false, ActionReason.Busy, true)]
    [InlineData(200, """{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"arming","errorCode":1073774621}""", false, ActionReason.Refused, false)]
    [InlineData(400, """{"statusCode":"4","statusString":"Invalid Operation","subStatusCode":"notSupport","errorCode":"1073741825"}""", false, ActionReason.NotSupported, false)]
    [InlineData(403, """{"ResponseStatus":{"statusCode":4,"subStatusCode":"audioIsPlayingPleaseWait"}}""", false, ActionReason.Busy, true)]
    [InlineData(403, "<ResponseStatus><statusCode>4</statusCode><subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>", false, ActionReason.Unauthorized, false)]
    [InlineData(200, """{"ErrorList":[{"id":"1","errorMsg":"ok"},{"id":"2","statusCode":4,"subStatusCode":"notSupport"}]}""", false, ActionReason.NotSupported, false)]
    [InlineData(200, """{"ErrorList":[{"id":"1","errorMsg":"ok"}]}""", true, ActionReason.None, false)]
    [InlineData(200, "", true, ActionReason.None, false)]
    [InlineData(200, "it works", false, ActionReason.BadAnswer, false)]
    [InlineData(404, "<html>gone</html>", false, ActionReason.NotSupported, false)]
    [InlineData(403, "", false, ActionReason.Refused, false)]
    [InlineData(503, "", false, ActionReason.Busy, true)]
    [InlineData(500, "<ResponseStatus><statusCode>1</statusCode></ResponseStatus>", false, ActionReason.Refused, false)]
    public void ToOutcome_Answer_SaysWhyAndWhetherARetryCanHelp(int http, string body, bool succeeded, ActionReason reason, bool retrySafe)
    {
        ActionOutcome outcome = Answer(http, body).ToOutcome();
        Assert.Equal((succeeded, reason, retrySafe), (outcome.Succeeded, outcome.Reason, outcome.RetrySafe));
        Assert.NotNull(outcome.DeviceStatus);
    }

    [Fact, Trait("Req", "ACT-8")]
    public void MeaningOf_EveryCodeOfTheTable_IsKnownByWordAndByNumber()
    {
        string[] rows = File.ReadAllLines(Peer.SharedFolder("reference", "status-codes.csv"))[1..];
        Assert.Equal(64, rows.Length);
        foreach (string row in rows)
        {
            string[] columns = row.Split(',', 4);
            int status = int.Parse(columns[0], CultureInfo.InvariantCulture);
            StatusMeaning byWord = StatusCodes.MeaningOf(status, columns[1], 0);
            Assert.Equal(columns[3].Trim(), byWord.Description);
            Assert.Equal(status == 1, byWord.Reason == ActionReason.None);
            // The table of the seed has one number with a digit too many; devices have 32 bits for it.
            if (columns[2].Length <= 10) Assert.Same(byWord, StatusCodes.MeaningOf(status, null, Convert.ToUInt32(columns[2], 16)));
        }
    }

    /// <summary>The 64 words of the table by why they mean a request was not done; a word with a plus is worth another try. Everything else of a class means the same.</summary>
    private static readonly Dictionary<ActionReason, string> Why = new()
    {
        [ActionReason.Busy] = "noMemory+ upgrading+ networkError+ maxSessionUserLink+ taskPacking+ requestMemoryNULL+",
        [ActionReason.Unauthorized] = "lowPrivilege badAuthorization notActivated loginPasswordError MgmtLokedError pwdErrorLoginFailed originalPassError theSessionIdDoesNotExist+ tokenTimeout+",
        [ActionReason.NotSupported] = "notSupport methodNotAllowed badURLFormat",
        [ActionReason.Invalid] = "invalidContent theCameraIdDoesNotExist theDeviceIdDoesNotExist badJsonFormat badParameters badXmlContent badPort portError badVersion passworLlenNoMoreThan16",
        [ActionReason.Refused] = "deviceError createSocketError+ sendRequestError+ passwordDecodeError passwordEncryptError pictureUploadFailed+ connecteDatabaseError+ internalError+ uninitialized hasActivated interfaceOperationError openFileError " +
            "taskNoRecFile updateLangUnmatched userMaxNum monitorNodeOverLimit deviceExist setArmingError taskModifyFailed getDeviceInfoFailed+ noDiskSpace cannotSameAsOldPassword writeFileError accessFileDirectoryFailed unKnownErrorCode " +
            "deviceVervisionNotMatch gettingResourceNodeInformationFailed noMoreTasksCanBeAdded theZoneAlreadyExists thePartitionAlreadyExists thePartitionRelatedZone eventCodeExist diskError",
    };

    public static TheoryData<string> Rows => [.. File.ReadAllLines(Peer.SharedFolder("reference", "status-codes.csv"))[1..]];

    [Theory, MemberData(nameof(Rows)), Trait("Req", "ACT-8")]
    public void EveryCode_InBothDialects_SaysWhyAndWhetherARetryCanHelp(string row)
    {
        string[] columns = row.Split(',', 4);
        (string status, string word) = (columns[0], columns[1]);
        bool done = status is "1" or "7";
        bool retry = Why.Values.Any(w => w.Split(' ').Contains(word + "+"));
        ActionReason reason = done ? ActionReason.None : Assert.Single(Why, w => w.Value.Split(' ').Any(x => x.TrimEnd('+') == word)).Key;
        string json = $$"""{"requestURL":"/ISAPI/x","statusCode":{{status}},"statusString":"any","subStatusCode":"{{word}}"}""";
        string xml = $"<ResponseStatus version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><requestURL>/ISAPI/x</requestURL><statusCode>{status}</statusCode><statusString>any</statusString><subStatusCode>{word}</subStatusCode></ResponseStatus>";
        foreach (int http in (int[])[200, 400, 403, 500])
        {
            // A device that says it was done, and sends an error with it, was not understood.
            if (done && http != 200) continue;
            foreach (string body in (string[])[json, xml])
            {
                ActionOutcome outcome = Answer(http, body).ToOutcome();
                Assert.Equal((done, reason, retry, $"{status} {word}"), (outcome.Succeeded, outcome.Reason, outcome.RetrySafe, outcome.DeviceStatus));
            }
        }
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData(CallFailure.NotConnected, ActionReason.Unreachable, true)]
    [InlineData(CallFailure.TimedOut, ActionReason.Unreachable, false)]
    [InlineData(CallFailure.Broken, ActionReason.Unreachable, false)]
    [InlineData(CallFailure.LoginRefused, ActionReason.Unauthorized, false)]
    [InlineData(CallFailure.TooLarge, ActionReason.BadAnswer, false)]
    [InlineData(CallFailure.QueueFull, ActionReason.Busy, true)]
    internal void ToOutcome_NoAnswer_IsRetrySafeOnlyWhereNothingWasSent(CallFailure failure, ActionReason reason, bool retrySafe)
    {
        ActionOutcome outcome = DeviceAnswer.Failed(failure, "why").ToOutcome();
        Assert.Equal((false, reason, retrySafe, "why"), (outcome.Succeeded, outcome.Reason, outcome.RetrySafe, outcome.DeviceStatus));
    }
}
