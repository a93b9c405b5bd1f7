using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Status;

/// <summary>Doors of an access controller: lists by position, door 1 first.</summary>
internal static class DoorStatus
{
    public static StatusReading Doors { get; } = new("/AccessControl/AcsWorkStatus?format=json", false, Read);

    private static void Read(DeviceElement document, StatusReport report)
    {
        DeviceElement status = document.Child("AcsWorkStatus") ?? document;
        double?[] locks = Numbers(status, "doorLockStatus");
        double?[] modes = Numbers(status, "doorStatus");
        double?[] contacts = Numbers(status, "magneticStatus");
        for (int i = 0; i < Math.Max(locks.Length, Math.Max(modes.Length, contacts.Length)); i++)
        {
            var properties = new List<KeyValuePair<string, DataValue>>(3);
            if (At(locks, i) is { } locked) properties.Add(new("locked", locked == 0));
            if (At(contacts, i) is { } contact) properties.Add(new("open", contact == 1));
            if (ModeOf(At(modes, i)) is { } mode) properties.Add(new("mode", mode));
            report("door", i + 1, DataObject.From(properties));
        }
    }

    private static string? ModeOf(double? number) => number switch
    {
        1 => "sleep",
        2 => "remainOpen",
        3 => "remainClosed",
        4 => "normal",
        _ => null,
    };

    private static double? At(double?[] list, int index) => index < list.Length ? list[index] : null;

    private static double?[] Numbers(DeviceElement status, string name) => [.. status.Children.Where(c => c.Is(name)).Take(256).Select(c => DeviceElement.ToNumber(c.Text))];
}
