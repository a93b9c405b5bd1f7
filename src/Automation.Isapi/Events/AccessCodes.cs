using System.Collections.Frozen;
using System.Globalization;

namespace Automation.Isapi.Events;

/// <param name="Type">One of the event types.</param>
/// <param name="Ends">It is the end of one that lasts.</param>
internal readonly record struct AccessCode(string Type, bool Ends);

/// <summary>What the numbers of an <c>AccessControllerEvent</c> mean: major 5 is the door and whoever stands at it, 1 an alarm, 2 a fault, 3 an operation from afar.</summary>
/// <remarks>Minors are plain decimal numbers on the wire, below 16 too (isapi.md, quirk 15). What is not here is told as unknown, with its numbers.</remarks>
internal static class AccessCodes
{
    private static readonly FrozenDictionary<(int Major, int Minor), AccessCode> Codes = Build().ToFrozenDictionary(p => (p.Major, p.Minor), p => p.Code);

    private static readonly FrozenDictionary<(int Major, int Minor), string> Names =
        Codes.Keys.ToFrozenDictionary(k => k, k => Name(k.Major, k.Minor));

    /// <summary>Every pair that is known.</summary>
    public static IEnumerable<(int Major, int Minor)> Known => Codes.Keys;

    /// <summary>What the pair means; null when it is not known.</summary>
    public static AccessCode? TypeOf(int major, int minor) => Codes.TryGetValue((major, minor), out AccessCode code) ? code : null;

    /// <summary>The pair as it is told: <c>access 5/21</c>.</summary>
    public static string NameOf(int major, int minor) => Names.GetValueOrDefault((major, minor)) ?? Name(major, minor);

    private static string Name(int major, int minor) => string.Create(CultureInfo.InvariantCulture, $"access {major}/{minor}");

    private static IEnumerable<(int Major, int Minor, AccessCode Code)> Build()
    {
        // Let in. Card; card and PIN; several cards; super password; fingerprint alone and with card, PIN; platform; face with others; number with others; face; person and id card; code; PIN.
        foreach (int minor in (int[])[1, 2, 16, 17, 34, 38, 40, 43, 46, 50, 54, 57, 60, 63, 66, 69, 72, 75, 77, 105, 156, 181]) yield return Of(5, minor, "accessGranted");

        // Kept out. PIN, time-out, too often, no right, period, expired, unknown card, anti-passback, interlock, group; the same of fingerprint, face, number; first card missing; PIN and code.
        foreach (int minor in (int[])[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 39, 41, 42, 44, 45, 47, 48, 49, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68, 70, 71, 73, 74, 76, 78, 79, 80, 94, 150, 151, 157])
        {
            yield return Of(5, minor, "accessDenied");
        }

        // The door. Remaining open or closed begins and ends; a fire relay opens it for good.
        foreach (int minor in (int[])[19, 21, 52]) yield return Of(5, minor, "doorUnlocked");
        foreach (int minor in (int[])[20, 22, 31, 32, 53]) yield return Of(5, minor, "doorLocked");
        yield return Of(5, 23, "exitButton");
        yield return Of(5, 25, "doorOpened");
        yield return Of(5, 26, "doorClosed");
        yield return Of(5, 27, "doorOpenedAbnormally");
        foreach (int minor in (int[])[28, 93]) yield return Of(5, minor, "doorOpenTimeout");
        foreach (int minor in (int[])[37, 51]) yield return Of(5, minor, "calling");
        // Lock, contact and button inputs: short, broken, exception; the lock does not open.
        for (int minor = 83; minor <= 92; minor++) yield return Of(5, minor, "peripheralFault");
        // Button let go, alarm output on and off, waiting for a remote opening, verified again, first card.
        foreach (int minor in (int[])[18, 24, 29, 30, 33, 35, 36, 81, 82]) yield return Of(5, minor, "panelReport");

        // Alarms: input short, broken, exception, restored; box, reader and module opened, closed; event input; duress; too many failed cards.
        foreach (int minor in (int[])[1024, 1025, 1026]) yield return Of(1, minor, "peripheralFault");
        yield return Of(1, 1027, "peripheralFault", ends: true);
        foreach (int minor in (int[])[1028, 1030, 1039]) yield return Of(1, minor, "tamperAlarm");
        foreach (int minor in (int[])[1029, 1031, 1040]) yield return Of(1, minor, "tamperAlarm", ends: true);
        yield return Of(1, 1032, "alarmInput");
        yield return Of(1, 1033, "alarmInput", ends: true);
        yield return Of(1, 1034, "duress");
        yield return Of(1, 1036, "accessDenied");

        // Faults: network, power on and off, watchdog, battery, mains, reader.
        yield return Of(2, 39, "networkDisconnected");
        yield return Of(2, 1031, "networkDisconnected", ends: true);
        foreach (int minor in (int[])[1024, 1025, 1026]) yield return Of(2, minor, "deviceStatusChanged");
        yield return Of(2, 1027, "lowBattery");
        yield return Of(2, 1028, "lowBattery", ends: true);
        yield return Of(2, 1029, "acLoss");
        yield return Of(2, 1030, "acLoss", ends: true);
        yield return Of(2, 1033, "communicationFault");
        yield return Of(2, 1034, "communicationFault", ends: true);

        // From afar: open, close, remain open, remain closed.
        foreach (int minor in (int[])[1024, 1026]) yield return Of(3, minor, "doorUnlocked");
        foreach (int minor in (int[])[1025, 1027]) yield return Of(3, minor, "doorLocked");
    }

    private static (int Major, int Minor, AccessCode Code) Of(int major, int minor, string type, bool ends = false) => (major, minor, new AccessCode(type, ends));
}
