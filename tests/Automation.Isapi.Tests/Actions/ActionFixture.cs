using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Actions;

/// <summary>Doing actions on a test's device.</summary>
internal static class ActionFixture
{
    /// <summary><c>name=value,…</c>: numbers, true and false, words.</summary>
    public static DataObject Parameters(string text) => DataObject.From(text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], Value(p[1]))));

    private static DataValue Value(string text) =>
        text is "true" or "false" ? (DataValue)(text == "true") : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number : (DataValue)text;

    public static Device DeviceOf(string address, Uri url) => address.Split('/')[1] switch
    {
        "panel" => TestDevices.Panel(url),
        "gate" => TestDevices.Access(url),
        "switch" => TestDevices.Switch(url),
        "camera" => TestDevices.Camera(url),
        _ => TestDevices.Recorder(url),
    };

    public static async Task<(FakeDevice Device, DeviceConnection Connection, RecordingObserver Observer)> OnlineAsync(string address, TimeProvider? time = null, Func<Device, Device>? with = null)
    {
        FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        Device described = DeviceOf(address, device.Url);
        DeviceConnection connection = TestDevices.Connect(with is null ? described : with(described), observer, time ?? new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        return (device, connection, observer);
    }

    public static Task<ActionOutcome> DoAsync(DeviceConnection connection, string action, string on, string parameters = "") =>
        Until.Done(connection.ExecuteAsync(action, ResourceAddress.Parse(on), Parameters(parameters), CancellationToken.None));

    /// <summary>Several in one call.</summary>
    public static async Task<ActionOutcome[]> DoAllAsync(DeviceConnection connection, string action, string parameters, params string[] on) =>
        [.. (await Until.Done(connection.ExecuteAsync(action, [.. on.Select(ResourceAddress.Parse)], Parameters(parameters), CancellationToken.None))).Select(a => a.Outcome)];

    /// <summary>Does it and moves the clock until its effect is known.</summary>
    public static async Task<ActionOutcome> SeeAsync(DeviceConnection connection, ManualTime time, string action, string on, string parameters = "")
    {
        ActionAnswer answer = (await Until.Done(connection.ExecuteAsync(action, [ResourceAddress.Parse(on)], Parameters(parameters), CancellationToken.None)))[0];
        return answer.WithEffect is { } effect ? await PassAsync(time, effect) : answer.Outcome;
    }

    /// <summary>Moves the clock in small steps until the task is done.</summary>
    public static async Task<T> PassAsync<T>(ManualTime time, Task<T> task)
    {
        await Until.True(() =>
        {
            if (!task.IsCompleted) time.Advance(TimeSpan.FromMilliseconds(250));
            return task.IsCompleted;
        });
        return await task;
    }
}
