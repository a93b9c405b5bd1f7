using Automation.Core.Model;

namespace Automation.Isapi;

/// <summary>Learns what a device does. Called from the connection's own loops, one call at a time a loop; must return soon and must not throw.</summary>
public interface IDeviceObserver
{
    /// <summary>The device reported an event. The device's own clock is in the data as <c>deviceTime</c>; the instant that counts is the arrival.</summary>
    /// <param name="resource">A resource of the device, or the device itself.</param>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="old">It happened long before it arrived: history that the device sends again after a reconnect.</param>
    void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old);

    /// <summary>Properties of a resource became known; others keep their value.</summary>
    /// <param name="initial">They were found at a start or a reconnect, so none of them is a change of the world.</param>
    void StateReported(ResourceAddress resource, DataObject properties, bool initial);

    /// <summary>The device came online or went offline; each transition once (DEV-7).</summary>
    /// <param name="reason">Why it is offline, as a person reads it; null when it is online.</param>
    void AvailabilityChanged(ResourceAddress device, bool online, string? reason);

    /// <summary>Something is wrong that the device's owner should know; each distinct problem once while it lasts.</summary>
    void ProblemFound(DeviceProblem problem);
}

/// <summary>An <see cref="IDeviceObserver"/> that also wants pictures: those a <c>capture</c> brings, and those that come with events.</summary>
public interface IPictureObserver
{
    /// <param name="contentType">Usually <c>image/jpeg</c>.</param>
    /// <param name="picture">At most <see cref="DeviceConnectionLimits.MaxPictureBytes"/> or <see cref="DeviceConnectionLimits.MaxPicturePartBytes"/>; the memory is the observer's to keep.</param>
    void PictureTaken(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> picture);
}

/// <summary>What is wrong with a device or with what it sends. An enum, so that logs, metrics and screens count the same thing.</summary>
public enum DeviceProblemKind
{
    /// <summary>User or password are wrong; nothing more is sent until they change (ACT-9).</summary>
    LoginRefused,

    /// <summary>The device has locked the account; nothing is sent until it unlocks.</summary>
    LoginLocked,

    /// <summary>The event stream was refused or is not what it should be.</summary>
    StreamRefused,

    /// <summary>A part of the stream ended before its document did.</summary>
    PartTruncated,

    /// <summary>A part of the stream is larger than the limit.</summary>
    PartOversized,

    /// <summary>A part of the stream is neither XML nor JSON nor a picture.</summary>
    PartUnreadable,

    /// <summary>An event type that is not known; it is published as <c>unknown</c> with its raw text.</summary>
    UnknownEvent,

    /// <summary>An event of a resource the site does not list; it is published on the device.</summary>
    UnknownResource,

    /// <summary>Events arrive that happened long before; they are told as old.</summary>
    Backlog,

    /// <summary>An answer to a status request was not understood.</summary>
    StatusUnreadable,
}

/// <param name="Detail">What, where and what to change, in one sentence; the same text for the same problem.</param>
public sealed record DeviceProblem(ResourceAddress Device, DeviceProblemKind Kind, string Detail);
