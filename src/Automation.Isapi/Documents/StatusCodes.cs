using System.Collections.Frozen;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi.Documents;

/// <summary>What a device's sub-status means: why, and whether the same call can help later (ACT-8, 002 App. C).</summary>
/// <param name="Description">As a person reads it.</param>
/// <param name="Transient">The device may do it a moment later.</param>
internal sealed record StatusMeaning(ActionReason Reason, bool Transient, string Description);

/// <summary>The sub-status codes of both dialects, by word and by number.</summary>
internal static class StatusCodes
{
    /// <summary>Words that mean "not now" although their class is not "busy"; isapi.md 1.1 and 1.2.</summary>
    private static readonly FrozenSet<string> Busy = new[]
    {
        "deviceBusy", "taskPacking", "noMemory", "upgrading", "networkError", "audioIsPlayingPleaseWait", "requestMemoryNULL", "maxSessionUserLink",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Login = new[]
    {
        "badAuthorization", "loginPasswordError", "MgmtLokedError", "pwdErrorLoginFailed", "originalPassError", "notActivated", "lowPrivilege",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A session that ended: the next login makes another, so another try helps.</summary>
    private static readonly FrozenSet<string> Session = new[] { "tokenTimeout", "theSessionIdDoesNotExist" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The device was kept from it by something that passes; it did not do it.</summary>
    private static readonly FrozenSet<string> Passing = new[]
    {
        "internalError", "sendRequestError", "createSocketError", "connecteDatabaseError", "pictureUploadFailed", "getDeviceInfoFailed",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is asked for does not exist, or makes no sense, although the class is "invalid operation".</summary>
    private static readonly FrozenSet<string> Senseless = new[] { "invalidContent", "theCameraIdDoesNotExist", "theDeviceIdDoesNotExist" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Seen on panels and cameras, not in the table of 002: isapi.md 1.1, 1.2, 1.6.</summary>
    private static readonly (string Word, uint Code, string Description)[] Others =
    [
        ("arming", 0x4000801D, "The area is arming, or a zone is open."),
        ("armedStatus", 0x4000800B, "The area is armed."),
        ("bypassStatus", 0x4000800C, "The zone is bypassed."),
        ("zoneFault", 0x4000800E, "A zone is at fault or open."),
        ("deployExceedMax", 0x60006018, "Too many listeners; another program reads the event stream."),
        ("audioIsPlayingPleaseWait", 0, "Audio is playing."),
        ("deviceBusy", 0x20000002, "The device is busy."),
    ];

    private static readonly FrozenDictionary<string, (StatusMeaning Meaning, uint Code)> ByWord = Build();

    private static readonly FrozenDictionary<uint, string> Words = ByWord.Where(p => p.Value.Code != 0).DistinctBy(p => p.Value.Code).ToFrozenDictionary(p => p.Value.Code, p => p.Key);

    /// <summary>How many sub-status codes are known.</summary>
    public static int Count => ByWord.Count;

    /// <param name="statusCode">1 to 7; 0 when the device gave none.</param>
    public static StatusMeaning MeaningOf(int statusCode, string? word, uint errorCode)
    {
        word ??= Words.GetValueOrDefault(errorCode);
        if (word is not null && ByWord.TryGetValue(word, out (StatusMeaning Meaning, uint Code) known)) return known.Meaning;
        return statusCode switch
        {
            2 => new StatusMeaning(ActionReason.Busy, true, "The device is busy."),
            3 => new StatusMeaning(ActionReason.Refused, true, "The device has an error."),
            5 or 6 => new StatusMeaning(ActionReason.Invalid, false, "The device does not understand the request."),
            _ => new StatusMeaning(ActionReason.Refused, false, "The device refuses."),
        };
    }

    private static FrozenDictionary<string, (StatusMeaning Meaning, uint Code)> Build()
    {
        var table = new Dictionary<string, (StatusMeaning, uint)>(StringComparer.OrdinalIgnoreCase);
        foreach (string[] row in EmbeddedTable.Rows("status-codes.csv", 4))
        {
            int status = int.Parse(row[0], CultureInfo.InvariantCulture);
            uint code = Convert.ToUInt32(row[2], 16);
            table[row[1]] = (new StatusMeaning(ReasonOf(status, row[1]), IsTransient(status, row[1]), row[3]), code);
        }

        foreach ((string word, uint code, string description) in Others)
        {
            table.TryAdd(word, (new StatusMeaning(ReasonOf(4, word), IsTransient(4, word), description), code));
        }

        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static ActionReason ReasonOf(int status, string word)
    {
        if (status == 1) return ActionReason.None;
        if (Busy.Contains(word)) return ActionReason.Busy;
        if (Login.Contains(word) || Session.Contains(word)) return ActionReason.Unauthorized;
        if (Senseless.Contains(word)) return ActionReason.Invalid;
        if (word is "diskError" or "eventCodeExist") return ActionReason.Refused;
        if (word is "notSupport" or "methodNotAllowed" or "badURLFormat") return ActionReason.NotSupported;
        return status switch
        {
            2 => ActionReason.Busy,
            5 or 6 => ActionReason.Invalid,
            _ => ActionReason.Refused,
        };
    }

    private static bool IsTransient(int status, string word) => status is 2 || Busy.Contains(word) || Session.Contains(word) || Passing.Contains(word);
}
