using System.Collections.Frozen;

namespace Automation.Isapi.Events;

/// <summary>What the numbers of an <c>AccessControllerEvent</c> mean: major 5 is the door and whoever stands at it, 3 is an operation from afar.</summary>
/// <remarks>Minors are plain decimal numbers on the wire, below 16 too (isapi.md, quirk 15).</remarks>
internal static class AccessCodes
{
    private static readonly FrozenDictionary<(int Major, int Minor), string> Types = Build().ToFrozenDictionary(p => p.Code, p => p.Type);

    /// <summary>The event type; null when the pair is not known.</summary>
    public static string? TypeOf(int major, int minor) => Types.GetValueOrDefault((major, minor));

    private static IEnumerable<((int Major, int Minor) Code, string Type)> Build()
    {
        // Card, card with PIN, several cards, fingerprint, face: let in.
        foreach (int minor in (int[])[1, 2, 16, 38, 75]) yield return ((5, minor), "accessGranted");

        // Wrong PIN, time-outs, no right, out of period, expired, unknown card, anti-passback, interlock, group, fingerprint, face: kept out.
        foreach (int minor in (int[])[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 39, 76]) yield return ((5, minor), "accessDenied");
        yield return ((5, 21), "doorUnlocked");
        yield return ((5, 22), "doorLocked");
        yield return ((5, 23), "exitButton");
        yield return ((5, 25), "doorOpened");
        yield return ((5, 26), "doorClosed");
        yield return ((5, 27), "doorOpenedAbnormally");
        yield return ((5, 28), "doorOpenTimeout");
        yield return ((5, 37), "calling");
        yield return ((3, 1024), "doorUnlocked");
        yield return ((3, 1025), "doorLocked");
        // Remain open, remain closed.
        yield return ((3, 1026), "doorUnlocked");
        yield return ((3, 1027), "doorLocked");
        yield return ((1, 1028), "tamperAlarm");
    }
}
