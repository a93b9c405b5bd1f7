using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Events;

namespace Automation.Isapi;

/// <summary>What a device sends by itself (EVT-3).</summary>
public sealed partial class DeviceConnection
{
    internal SenderIdentity Identity => _identity;

    /// <summary>Takes a pushed alert; answers the resource it is of.</summary>
    internal ResourceAddress TakePushed(in Alert alert) => Take(alert, EventPath.Push);

    internal void TakePushedPicture(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> bytes) => TakePicture(resource, contentType, bytes);

    internal void TellPushProblem(DeviceProblemKind kind, string detail) => Report(kind, detail.Replace("its event stream", "what it pushes", StringComparison.Ordinal));
}
